import { createHmac, timingSafeEqual } from 'node:crypto';
import { newToken } from '../ids.js';
import { z } from 'zod';

const Grant = z.object({
  may: z.enum(['read', 'write']),
  blockId: z.string(),
  linkId: z.string(),
  revisionId: z.string(),
  /** Milliseconds of the emulator's clock. */
  until: z.number(),
});

/** One block, one direction, for a while. */
export type Grant = z.infer<typeof Grant>;

export const newTokenSecret = newToken;

export function sealGrant(secret: string, grant: Grant): string {
  const payload = Buffer.from(JSON.stringify(grant)).toString('base64url');
  return `${payload}.${sign(secret, payload)}`;
}

/** Null for a token that is not ours, or that is over. */
export function openGrant(secret: string, token: string, now: number): Grant | null {
  const [payload = '', signature = ''] = token.split('.');
  const expected = Buffer.from(sign(secret, payload));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const grant = Grant.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  return grant.until > now ? grant : null;
}

const sign = (secret: string, payload: string): string =>
  createHmac('sha256', secret).update(payload).digest('base64url');
