import { afterEach, describe, expect, it } from '@jest/globals';
import { keyPassword } from '#adapters/proton-drive/session/key-password.js';
import { decrypt, decryptKey, readKey, readMessage, readPrivateKey, readSignature } from 'openpgp';
import { ProtonClient, type Answer } from './client/proton-client.js';
import type { EmulatorOptions } from './contract.js';
import { ProtonEmulator } from './emulator.js';
import { totp } from './auth/totp.js';

let emulator: ProtonEmulator;
let client: ProtonClient;

const start = async (options: EmulatorOptions = {}): Promise<void> => {
  emulator = await ProtonEmulator.start(options);
  client = new ProtonClient(emulator.url);
};

afterEach(() => emulator.stop());

const login = (password = emulator.account.password): Promise<Answer> =>
  client.login(emulator.account.username, password);

interface ListedKey {
  readonly ID: string;
  readonly PrivateKey: string;
  readonly Token: string;
  readonly Signature: string;
}

/** Unlocks the user key by a password and with it the address key, as every client does. */
const unlock = async (password: string): Promise<string> => {
  const { KeySalts } = (await client.get('/core/v4/keys/salts')).body as {
    KeySalts: { ID: string; KeySalt: string }[];
  };
  const { User } = (await client.get('/core/v4/users')).body as { User: { Keys: [ListedKey] } };
  const { Addresses } = (await client.get('/core/v4/addresses?Page=0&PageSize=50')).body as {
    Addresses: [{ Email: string; Keys: [ListedKey] }];
  };
  const salts = KeySalts.map(({ ID, KeySalt }) => ({ keyId: ID, salt: KeySalt }));
  const userKey = await decryptKey({
    privateKey: await readPrivateKey({ armoredKey: User.Keys[0].PrivateKey }),
    passphrase: await keyPassword(password, User.Keys[0].ID, salts),
  });
  const [address] = Addresses;
  const { data: passphrase } = await decrypt({
    message: await readMessage({ armoredMessage: address.Keys[0].Token }),
    decryptionKeys: userKey,
    verificationKeys: userKey,
    signature: await readSignature({ armoredSignature: address.Keys[0].Signature }),
    expectSigned: true,
  });
  await decryptKey({ privateKey: await readPrivateKey({ armoredKey: address.Keys[0].PrivateKey }), passphrase });
  return address.Email;
};

describe('login by password', () => {
  it('proves over SRP with a modulus of Proton, and hands out keys that the password unlocks', async () => {
    await start();
    const answer = await login();
    expect(answer).toMatchObject({ status: 200, body: { Code: 1000, PasswordMode: 1, '2FA': { Enabled: 0 } } });
    expect(await unlock(emulator.account.password)).toBe('ballast@proton.test');
  });

  it('refuses a wrong password and an unknown name alike', async () => {
    await start();
    const refused = { status: 422, body: { Code: 8002 } };
    expect(await login('a wrong one')).toMatchObject(refused);
    expect(await client.login('somebody@else.test', emulator.account.password)).toMatchObject(refused);
    expect(emulator.control.sessions()).toEqual([]);
  });

  it('takes a proof once', async () => {
    await start();
    const { request } = await client.proof(emulator.account.username, emulator.account.password);
    expect((await client.post('/auth/v4', request)).status).toBe(200);
    expect(await client.post('/auth/v4', request)).toMatchObject({ status: 422, body: { Code: 8002 } });
  });

  it('lets nobody in for an hour after too many wrong passwords', async () => {
    await start({ knobs: { loginAttemptsMax: 2 } });
    await login('wrong');
    await login('wrong');
    expect(await login()).toMatchObject({ status: 422, body: { Code: 2028 } });
    emulator.control.advance(3601);
    expect((await login()).status).toBe(200);
  });

  it('asks for a second factor before anything else', async () => {
    const totpSecret = 'JBSWY3DPEHPK3PXP';
    await start({ account: { totpSecret } });
    expect(await login()).toMatchObject({ body: { Scopes: ['twofactor'], '2FA': { Enabled: 1 } } });
    expect(await client.get('/core/v4/users')).toMatchObject({ status: 403, body: { Code: 9101 } });
    const right = totp(totpSecret, Date.now());
    const wrong = right === '000000' ? '000001' : '000000';
    expect(await client.post('/core/v4/auth/2fa', { TwoFactorCode: wrong })).toMatchObject({
      status: 422,
      body: { Code: 8002 },
    });
    expect(await client.post('/core/v4/auth/2fa', { TwoFactorCode: right })).toMatchObject({ status: 200 });
    expect((await client.get('/core/v4/users')).status).toBe(200);
  });

  it('knows the codes of RFC 6238', () => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'; // 12345678901234567890
    expect(totp(secret, 59_000)).toBe('287082');
    expect(totp(secret, 1_111_111_109_000)).toBe('081804');
  });

  it('has keys that only the mailbox password unlocks, where there is one', async () => {
    await start({ account: { mailboxPassword: 'of the mailbox' } });
    expect(await login()).toMatchObject({ body: { PasswordMode: 2 } });
    expect(await unlock('of the mailbox')).toBe('ballast@proton.test');
    await expect(unlock(emulator.account.password)).rejects.toThrow();
  });

  it('tells space and public keys', async () => {
    await start({ knobs: { quotaBytes: 1000 } });
    await login();
    expect((await client.get('/core/v4/users')).body['User']).toMatchObject({
      MaxSpace: 1000,
      UsedSpace: 0,
      ProductUsedSpace: { Drive: 0 },
    });
    const own = await client.get('/core/v4/keys/all?Email=ballast%40proton.test&InternalOnly=1');
    const { Keys } = own.body['Address'] as { Keys: [{ PublicKey: string }] };
    expect((await readKey({ armoredKey: Keys[0].PublicKey })).isPrivate()).toBe(false);
    expect(await client.get('/core/v4/keys/all?Email=nobody%40proton.test')).toMatchObject({
      status: 422,
      body: { Code: 33_102 },
    });
  });
});
