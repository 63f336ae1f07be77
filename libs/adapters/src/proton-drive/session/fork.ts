import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Fault } from '#domain/fault/fault.js';
import { z } from 'zod';
import { PROTON_CLIENT_ID } from './app-version.js';

/** Where an account's owner agrees to a session; no other host is ever shown, whatever the API's may be. */
const ACCOUNT_URL = 'https://account.proton.me/desktop/login';
const ASSOCIATED = Buffer.from('fork');
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const Payload = z.object({ keyPassword: z.string().min(1) });

/** Made here and handed over in the URL's fragment, which no browser sends to a server. */
export const forkKey = (): Uint8Array => randomBytes(KEY_BYTES);

/** The page on which the owner of the account agrees to the fork, on any device. */
export const forkUrl = (userCode: string, key: Uint8Array): string => {
  const payload = `0:${userCode}:${Buffer.from(key).toString('base64')}:${PROTON_CLIENT_ID}`;
  return `${ACCOUNT_URL}?app=drive&pv=3#payload=${encodeURIComponent(payload)}`;
};

/**
 * A payload of the right form that says nothing, sealed with a key that nobody keeps: for a child of our own, which needs none,
 * at a server that may want one.
 */
export const emptyForkPayload = (): string => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', forkKey(), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(ASSOCIATED);
  return Buffer.concat([nonce, cipher.update('{}'), cipher.final(), cipher.getAuthTag()]).toString('base64');
};

/**
 * The key password that the owner's browser sealed for us: base64 of nonce (12), ciphertext and tag (16), AES-256-GCM.
 * `vault.login-refused` (reason `fork-payload`) when it was made with another key or altered.
 */
export const openForkPayload = (payload: string, key: Uint8Array): string => {
  try {
    const sealed = Buffer.from(payload, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(ASSOCIATED);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return Payload.parse(JSON.parse(text.toString('utf8'))).keyPassword;
  } catch {
    // The cause is left out on purpose: a parser's message may quote what it read.
    throw new Fault('vault.login-refused', { reason: 'fork-payload' });
  }
};
