import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Fault } from '#domain/fault/fault.js';
import { z } from 'zod';
import { readJson, writeJson, type DataDirectory } from './data-directory.js';

const Secrets = z.object({
  version: z.literal(1),
  /** `kid:base64`, as BALLAST_SIGNING_KEYS has it. */
  signingKeys: z.string().min(1),
  tokenPepper: z.string().min(32),
  databasePassword: z.string().min(16),
  /** `kid:base64`, as BALLAST_VAULT_KEYS has it; directories of before lack it. */
  vaultKeys: z.string().min(1).optional(),
});
export type Secrets = z.infer<typeof Secrets>;

/**
 * The secrets of an embedded stack, made on first use. A file that cannot be read is never replaced: new secrets would
 * lock the database and make every token void.
 */
export const keepSecrets = (data: DataDirectory): Secrets => {
  const file = data.file('secrets.json');
  if (existsSync(file)) return withVaultKeys(file, readSecrets(data));
  const made: Secrets = {
    version: 1,
    signingKeys: namedKey(),
    vaultKeys: namedKey(),
    tokenPepper: randomBytes(32).toString('base64url'),
    databasePassword: randomBytes(24).toString('base64url'),
  };
  writeJson(file, made);
  return made;
};

const namedKey = (): string => `${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`;

/** Adds what directories of before lack; nothing that is there is changed. */
const withVaultKeys = (file: string, secrets: Secrets): Secrets => {
  if (secrets.vaultKeys !== undefined) return secrets;
  const completed = { ...secrets, vaultKeys: namedKey() };
  writeJson(file, completed);
  return completed;
};

export const readSecrets = (data: DataDirectory): Secrets => {
  const parsed = Secrets.safeParse(readJson(data.file('secrets.json')));
  if (parsed.success) return parsed.data;
  const reason = `${data.file('secrets.json')} is damaged; put it back from a backup, it is never made anew`;
  throw new Fault('stack.failed', { service: 'Ballast', reason });
};
