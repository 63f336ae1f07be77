import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forkKey, forkUrl, openForkPayload } from '#adapters/proton-drive/session/fork.js';
import { Emulator } from '../harness/emulator.js';
import { ProtonClient } from './client/proton-client.js';
import { DirectoryStore } from './directory-store.js';
import { ProtonEmulator } from './emulator.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proton-emulator-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a directory', () => {
  it('keeps account, sessions, forks and clock over a restart', async () => {
    const before = await ProtonEmulator.start({ directory, account: { username: 'someone@proton.test' } });
    const client = new ProtonClient(before.url);
    await client.login('someone@proton.test', before.account.password);
    const { body: asked } = await client.get('/auth/v4/sessions/forks');
    const { body: user } = await client.get('/core/v4/users');
    before.control.advance(500);
    await before.stop();

    const after = await ProtonEmulator.start({ directory });
    try {
      const again = new ProtonClient(after.url);
      again.tokens = client.tokens;
      expect((await again.get('/core/v4/users')).body).toEqual(user);
      const key = forkKey();
      const { uid } = after.control.approve(forkUrl(String(asked['UserCode']), key));
      const { body } = await again.get(`/auth/v4/sessions/forks/${String(asked['Selector'])}`);
      expect(body['UID']).toBe(uid);
      expect(after.control.advance(0) > new Date(Date.now() + 490_000).toISOString()).toBe(true);
      expect((await again.login('someone@proton.test', after.account.password)).status).toBe(200);
    } finally {
      await after.stop();
    }
  });

  it('keeps blocks, and forgets those that were removed', async () => {
    const store = new DirectoryStore(directory);
    await store.putBlock('one/../two', Buffer.from('ciphertext'));
    await store.putBlock('gone', Buffer.from('ciphertext'));
    await store.removeBlock('gone');
    await store.removeBlock('never there');
    const reopened = new DirectoryStore(directory);
    expect(await reopened.block('one/../two')).toEqual(Buffer.from('ciphertext'));
    expect(await reopened.block('gone')).toBeNull();
  });
});

describe('the program', () => {
  it('is steered over HTTP and ends when it is interrupted', async () => {
    const emulator = await new Emulator().start(['--dir', directory]);
    const client = new ProtonClient(emulator.url);
    try {
      const { body: asked } = await client.get('/auth/v4/sessions/forks');
      const key = forkKey();
      await emulator.approve(forkUrl(String(asked['UserCode']), key));
      const fetched = await client.get(`/auth/v4/sessions/forks/${String(asked['Selector'])}`);
      expect(openForkPayload(String(fetched.body['Payload']), key)).toHaveLength(31);
      client.take(fetched);

      const mark = await emulator.mark();
      await emulator.fault({ route: 'GET /core/v4/users', does: { kind: 'answer', status: 500 } });
      expect((await client.get('/core/v4/users')).status).toBe(500);
      expect(await emulator.calls(mark)).toMatchObject([{ route: 'GET /core/v4/users', status: 500 }]);
      await emulator.fault({ route: '*', does: { kind: 'answer', status: 500 } });
      await emulator.noFaults();
      await emulator.turn({ humanVerification: 'everything' });
      expect((await client.get('/core/v4/users')).body).toMatchObject({ Code: 9001 });
      await emulator.solveHumanVerification();
      expect((await client.get('/core/v4/users')).status).toBe(200);
      await emulator.advance(100_000);
      expect((await client.get('/core/v4/users')).status).toBe(401);
      await client.refresh();
      const uid = client.tokens?.uid ?? '';
      await emulator.endSession('expire', uid);
      expect((await client.get('/core/v4/users')).status).toBe(401);
      await emulator.endSession('revoke', uid);
      expect((await client.refresh()).body).toMatchObject({ Code: 10_013 });
      expect(await emulator.sessions()).toContainEqual(expect.objectContaining({ uid, kind: 'fork', revoked: true }));
      expect([await emulator.nodes(), await emulator.blocks()]).toEqual([[], []]);
      await expect(emulator.endSession('revoke', 'nobody')).rejects.toThrow('404');
      await expect(emulator.turn({ nonsense: 1 } as object)).rejects.toThrow('No such knob');
      await emulator.forgetCalls();
      expect(await emulator.calls()).toEqual([]);
    } finally {
      await emulator.stop();
    }
    await expect(client.get('/core/v4/users')).rejects.toThrow('fetch failed');
  });
});
