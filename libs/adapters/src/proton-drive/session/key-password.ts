import { encodeBase64, hash } from 'bcryptjs';
import { Fault } from '#domain/fault/fault.js';

const SALT_BYTES = 16;
/** What bcrypt puts before its 31 characters: `$2y$10$` and the 22 of the salt. */
const PREFIX_LENGTH = 29;

export interface KeySalt {
  readonly keyId: string;
  /** Base64; null where the key has none. */
  readonly salt: string | null;
}

/** bcrypt as Proton uses it, cost 10, over a salt of 16 bytes. `vault.login-refused` (reason `salt`) for another length. */
export const protonBcrypt = async (password: string, salt: Uint8Array): Promise<string> => {
  if (salt.length !== SALT_BYTES) throw new Fault('vault.login-refused', { reason: 'salt' });
  return hash(password, `$2y$10$${encodeBase64(salt, SALT_BYTES)}`);
};

/**
 * What unlocks a key of the account: the hash of the password over the salt that belongs to this very key, without its
 * prefix. Salts are matched by the id of the key, since an account whose password was changed has several.
 */
export const keyPassword = async (password: string, keyId: string, salts: readonly KeySalt[]): Promise<string> => {
  const salt = salts.find((entry) => entry.keyId === keyId)?.salt ?? null;
  if (salt === null) throw new Fault('vault.login-refused', { reason: 'no-salt' });
  return (await protonBcrypt(password, Buffer.from(salt, 'base64'))).slice(PREFIX_LENGTH);
};
