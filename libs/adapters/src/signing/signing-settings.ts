import { duration, secretSetting, setting } from '#platform/settings.js';
import { z } from 'zod';

/** One HMAC key of signed actions, named so that several can be in force while they are changed. */
export interface SigningKey {
  readonly kid: string;
  readonly secret: Buffer;
}

const KID = /^[A-Za-z0-9_-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const KEY_BYTES_LEAST = 32;
const MINUTE_MS = 60_000;

/** Reads `kid:base64[,kid:base64]`; null when any part is not of that form, too short or named twice. */
export const parseSigningKeys = (text: string): readonly [SigningKey, ...SigningKey[]] | null => {
  const keys = text.split(',').map((part): SigningKey | null => {
    const [kid = '', encoded = '', ...rest] = part.trim().split(':');
    if (!KID.test(kid) || !BASE64.test(encoded) || rest.length > 0) return null;
    const secret = Buffer.from(encoded, 'base64');
    return secret.length < KEY_BYTES_LEAST ? null : { kid, secret };
  });
  const good = keys.filter((key) => key !== null);
  const [first, ...others] = good;
  if (first === undefined || good.length < keys.length) return null;
  return new Set(good.map(({ kid }) => kid)).size === good.length ? [first, ...others] : null;
};

export const actionSettings = {
  signingKeys: secretSetting(
    'BALLAST_SIGNING_KEYS',
    'Keys of signed actions as kid:base64[,kid:base64], 32 bytes or more each; the first signs, all are accepted.',
    z.string().transform((text, context) => {
      const keys = parseSigningKeys(text);
      if (keys !== null) return keys;
      context.addIssue({ code: 'custom', message: 'expected kid:base64[,kid:base64] with keys of at least 32 bytes' });
      return z.NEVER;
    }),
  ),
  actionTtlMs: setting(
    'BALLAST_ACTION_TTL',
    'How long a signed action may be used, from 1m to 6h; it is checked when a request begins.',
    duration
      .pipe(
        z
          .number()
          .min(MINUTE_MS)
          .max(360 * MINUTE_MS),
      )
      .prefault('15m'),
  ),
};

export const tokenSettings = {
  tokenPepper: secretSetting(
    'BALLAST_TOKEN_PEPPER',
    'Secret under which tokens are digested, 32 characters or more; changing it makes every token unusable.',
    z.string().min(32, 'expected at least 32 characters'),
  ),
};
