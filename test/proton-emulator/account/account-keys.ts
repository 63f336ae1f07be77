import { randomBytes } from 'node:crypto';
import { config, createMessage, encrypt, encryptKey, generateKey, sign, type PrivateKey } from 'openpgp';
import type { AccountKey } from './account.js';

/** As Proton's own libraries lock keys with passphrases that are random anyway: quick. */
const quick = { ...config, s2kIterationCountByte: 96 };

type LockedKey = Omit<AccountKey, 'id'>;

export interface GeneratedKey {
  readonly key: PrivateKey;
  readonly locked: LockedKey;
}

/** Locked with the key password. */
export const generateUserKey = (email: string, keyPassword: string): Promise<GeneratedKey> =>
  generate(email, keyPassword);

/** Locked with a passphrase of its own, which the user key encrypts and signs. */
export const generateAddressKey = async (
  email: string,
  user: GeneratedKey,
): Promise<GeneratedKey & { readonly token: string; readonly signature: string }> => {
  const passphrase = randomBytes(32).toString('hex');
  const message = await createMessage({ text: passphrase });
  const token = await encrypt({ message, encryptionKeys: user.key });
  const signature = await sign({ message, signingKeys: user.key, detached: true });
  return { ...(await generate(email, passphrase)), token, signature };
};

const generate = async (email: string, passphrase: string): Promise<GeneratedKey> => {
  const { privateKey } = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    userIDs: [{ name: email, email }],
    format: 'object',
    config: { ...config, v6Keys: false, aeadProtect: false },
  });
  const locked = await encryptKey({ privateKey, passphrase, config: quick });
  return {
    key: privateKey,
    locked: {
      armoredPrivate: locked.armor(),
      armoredPublic: privateKey.toPublic().armor(),
      fingerprint: privateKey.getFingerprint(),
    },
  };
};
