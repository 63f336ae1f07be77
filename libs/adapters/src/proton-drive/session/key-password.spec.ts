import { decodeBase64 } from 'bcryptjs';
import { keyPassword, protonBcrypt } from './key-password.js';

/** Known answers of Proton's open SRP client for the password `test!!!`: salt in bcrypt's base64, then the hash. */
const KNOWN = [
  ['PTTsDBs/mlLnSk6VmtFghe', 'NSiK/lSwtJsrBLLDK3kZYI7193nInqy'],
  ['RpyeXO7K2eD3r/ZZ/B63V.', 'Tya53OExbyO8LR7TB93KYP4PvC.EPMW'],
  ['/.3KXCwRnsrxURMGxN7.R.', 'GLpVq0zyBbI9wgS0wB2U/g2btx1RYoy'],
] as const;

const saltOf = (encoded: string): Buffer => Buffer.from(decodeBase64(encoded, 16));

describe('a key password', () => {
  it.each(KNOWN)('over the salt %s is known', async (salt, hash) => {
    expect(await protonBcrypt('test!!!', saltOf(salt))).toBe(`$2y$10$${salt}${hash}`);
    const salts = [{ keyId: 'key', salt: saltOf(salt).toString('base64') }];
    expect(await keyPassword('test!!!', 'key', salts)).toBe(hash);
  });

  it('is made with the salt of its key, wherever that stands in the list', async () => {
    const [[other], [own, hash]] = KNOWN;
    const salts = [
      { keyId: 'old', salt: saltOf(other).toString('base64') },
      { keyId: 'none', salt: null },
      { keyId: 'primary', salt: saltOf(own).toString('base64') },
    ];
    expect(await keyPassword('test!!!', 'primary', salts)).toBe(hash);
    for (const missing of ['none', 'unknown']) {
      await expect(keyPassword('test!!!', missing, salts)).rejects.toMatchObject({ facts: { reason: 'no-salt' } });
    }
  });

  it('needs a salt of 16 bytes', async () => {
    await expect(protonBcrypt('test!!!', Buffer.alloc(15))).rejects.toMatchObject({ code: 'vault.login-refused' });
  });
});
