import { secretSetting } from '#platform/settings.js';
import { z } from 'zod';

/** One key-encryption key, named so that several can be in force while they are changed. */
export interface SealingKey {
  readonly kid: string;
  readonly secret: Buffer;
}

export type SealingKeys = readonly [SealingKey, ...SealingKey[]];

const KID = /^[A-Za-z0-9_-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const KEY_BYTES = 32;

/** Reads `kid:base64[,kid:base64]`; null when any part is not of that form, not of 32 bytes or named twice. */
export const parseSealingKeys = (text: string): SealingKeys | null => {
  const keys = text.split(',').map((part): SealingKey | null => {
    const [kid = '', encoded = '', ...rest] = part.trim().split(':');
    if (!KID.test(kid) || !BASE64.test(encoded) || rest.length > 0) return null;
    const secret = Buffer.from(encoded, 'base64');
    return secret.length === KEY_BYTES ? { kid, secret } : null;
  });
  const good = keys.filter((key) => key !== null);
  const [first, ...others] = good;
  if (first === undefined || good.length < keys.length) return null;
  return new Set(good.map(({ kid }) => kid)).size === good.length ? [first, ...others] : null;
};

export const sealingSettings = {
  vaultKeys: secretSetting(
    'BALLAST_VAULT_KEYS',
    'Keys that seal the session at the vault as kid:base64[,kid:base64], 32 bytes each; the first seals, all open. Needed by proton-drive.',
    z
      .string()
      .transform((text, context) => {
        const keys = parseSealingKeys(text);
        if (keys !== null) return keys;
        context.addIssue({ code: 'custom', message: 'expected kid:base64[,kid:base64] with keys of exactly 32 bytes' });
        return z.NEVER;
      })
      .optional(),
  ),
};
