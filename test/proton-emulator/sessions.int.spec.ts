import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { forkKey, forkUrl, openForkPayload } from '#adapters/proton-drive/session/fork.js';
import { decryptKey, readPrivateKey } from 'openpgp';
import { ProtonClient } from './client/proton-client.js';
import { ProtonEmulator } from './emulator.js';

let emulator: ProtonEmulator;
let client: ProtonClient;

beforeAll(async () => {
  emulator = await ProtonEmulator.start();
});

beforeEach(async () => {
  await emulator.control.reset();
  client = new ProtonClient(emulator.url);
});

afterAll(() => emulator.stop());

const login = async (): Promise<ProtonClient> => {
  const { username, password } = emulator.account;
  await client.login(username, password);
  return client;
};

const status = async (of = client): Promise<number> => (await of.get('/core/v4/users')).status;

const child = async (independent: 0 | 1): Promise<ProtonClient> => {
  const { body } = await client.post('/auth/v4/sessions/forks', {
    Payload: 'sealed',
    ChildClientID: 'external-drive',
    Independent: independent,
  });
  const forked = new ProtonClient(emulator.url);
  const fetched = await forked.get(`/auth/v4/sessions/forks/${String(body['Selector'])}`);
  expect(fetched).toMatchObject({ status: 200, body: { Payload: 'sealed' } });
  forked.take(fetched);
  return forked;
};

describe('a session', () => {
  it('is renewed once per refresh token, and its old access token dies', async () => {
    await login();
    const before = client.tokens;
    expect((await client.refresh()).status).toBe(200);
    expect(await status()).toBe(200);
    const renewed = client.tokens;
    client.tokens = before;
    expect(await client.get('/core/v4/users')).toMatchObject({ status: 401, body: { Code: 401 } });
    expect(await client.refresh()).toMatchObject({ status: 422, body: { Code: 10_013 } });
    client.tokens = renewed;
    expect(await status()).toBe(200);
  });

  it('is refused once its access token has expired on the clock of the emulator, and can be renewed', async () => {
    emulator.control.turn({ accessTokenSeconds: 60 });
    await login();
    emulator.control.advance(59);
    expect(await status()).toBe(200);
    emulator.control.advance(2);
    expect(await status()).toBe(401);
    expect((await client.refresh()).status).toBe(200);
    expect(await status()).toBe(200);
  });

  it('can be expired and revoked by whoever steers the emulator', async () => {
    await login();
    const uid = client.tokens?.uid ?? '';
    emulator.control.expire(uid);
    expect(await status()).toBe(401);
    expect((await client.refresh()).status).toBe(200);
    emulator.control.revoke(uid);
    expect(await status()).toBe(401);
    expect(await client.refresh()).toMatchObject({ status: 422, body: { Code: 10_013 } });
    expect(emulator.control.sessions()).toEqual([{ uid, kind: 'login', parentUid: null, revoked: true }]);
  });

  it('ends with a logout', async () => {
    await login();
    expect(await client.call('DELETE', '/core/v4/auth')).toMatchObject({ status: 200, body: { Code: 1000 } });
    expect(await status()).toBe(401);
  });

  it('lists its like and revokes them', async () => {
    await login();
    const other = new ProtonClient(emulator.url);
    await other.login(emulator.account.username, emulator.account.password);
    const listed = (await client.get('/auth/v4/sessions')).body['Sessions'] as { UID: string }[];
    expect(listed.map(({ UID }) => UID)).toEqual([client.tokens?.uid, other.tokens?.uid]);
    expect((await client.call('DELETE', `/auth/v4/sessions/${other.tokens?.uid}`)).status).toBe(200);
    expect(await status(other)).toBe(401);
    expect(await status()).toBe(200);
  });

  it('takes its children with it unless they are independent', async () => {
    await login();
    const dependent = await child(0);
    const independent = await child(1);
    expect([await status(dependent), await status(independent)]).toEqual([200, 200]);
    await client.call('DELETE', '/auth/v4');
    expect([await status(dependent), await status(independent)]).toEqual([401, 200]);
    expect((await dependent.refresh()).body).toMatchObject({ Code: 10_013 });
  });

  it('that was forked has no right to what needs the password', async () => {
    await login();
    const forked = await child(1);
    expect(await forked.get('/core/v4/keys/salts')).toMatchObject({ status: 403, body: { Code: 9101 } });
  });
});

describe('a fork that a device asks for', () => {
  const ask = async (): Promise<{ selector: string; url: string; key: Uint8Array }> => {
    const { body } = await client.get('/auth/v4/sessions/forks');
    const key = forkKey();
    return { selector: String(body['Selector']), url: forkUrl(String(body['UserCode']), key), key };
  };

  it('is given out once the owner has agreed, once, with what unlocks the keys', async () => {
    const { selector, url, key } = await ask();
    const path = `/auth/v4/sessions/forks/${selector}`;
    expect(await client.get(path)).toMatchObject({ status: 422, body: { Code: 2001 } });
    const { uid } = emulator.control.approve(url);
    const fetched = await client.get(path);
    expect(fetched).toMatchObject({ status: 200, body: { UID: uid, Scopes: ['full', 'self', 'user', 'drive'] } });
    client.take(fetched);
    const { User } = (await client.get('/core/v4/users')).body as { User: { Keys: [{ PrivateKey: string }] } };
    const privateKey = await readPrivateKey({ armoredKey: User.Keys[0].PrivateKey });
    const passphrase = openForkPayload(String(fetched.body['Payload']), key);
    expect((await decryptKey({ privateKey, passphrase })).isDecrypted()).toBe(true);
    expect((await client.get(path)).status).toBe(422);
    expect((await client.refresh()).status).toBe(200);
    expect(emulator.control.sessions()).toContainEqual(expect.objectContaining({ uid, kind: 'fork', revoked: false }));
  });

  it('is forgotten after ten minutes', async () => {
    const { selector, url } = await ask();
    emulator.control.advance(601);
    expect(() => emulator.control.approve(url)).toThrow('Invalid user code');
    expect((await client.get(`/auth/v4/sessions/forks/${selector}`)).status).toBe(422);
  });

  it('is not agreed to by a URL that is none', () => {
    expect(() => emulator.control.approve('not a URL')).toThrow('Invalid sign-in URL');
    expect(() => emulator.control.approve('https://account.proton.me/desktop/login#payload=0:AB')).toThrow();
  });

  it('can be agreed to by a session that is logged in', async () => {
    await login();
    const { body } = await client.get('/auth/v4/sessions/forks');
    const approval = { Payload: 'sealed', ChildClientID: 'external-drive', Independent: 0, UserCode: body['UserCode'] };
    expect(await client.post('/auth/v4/sessions/forks', approval)).toMatchObject({
      body: { Selector: body['Selector'] },
    });
    const fetched = await client.get(`/auth/v4/sessions/forks/${String(body['Selector'])}`);
    expect(fetched).toMatchObject({ status: 200, body: { Payload: 'sealed' } });
  });
});
