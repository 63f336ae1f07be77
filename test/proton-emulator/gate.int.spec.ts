import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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
  await client.login(emulator.account.username, emulator.account.password);
  emulator.control.forgetCalls();
});

afterAll(() => emulator.stop());

const users = '/core/v4/users';

describe('the gate', () => {
  it.each([
    [undefined, 5001],
    ['macos-drive@2.0.0', 5003],
    ['external-drive-ballast', 5003],
  ])('refuses the app version %s with %d', async (version, code) => {
    client.headers = version === undefined ? {} : { 'x-pm-appversion': version };
    expect(await client.get(users)).toMatchObject({ status: 400, body: { Code: code } });
  });

  it('refuses a session that nobody has opened', async () => {
    client.tokens = { uid: 'nobody', accessToken: 'nothing', refreshToken: 'nothing' };
    expect((await client.get(users)).status).toBe(401);
    client.tokens = null;
    expect((await client.get(users)).status).toBe(401);
  });

  it('slows each session down by itself and says for how long', async () => {
    const other = new ProtonClient(emulator.url);
    await other.login(emulator.account.username, emulator.account.password);
    emulator.control.turn({ rateLimit: { requestsPerSecond: 0.1, burst: 2, retryAfterSeconds: 7 } });
    const [one, two, three] = [await client.get(users), await client.get(users), await client.get(users)];
    expect([one?.status, two?.status, three?.status]).toEqual([200, 200, 429]);
    expect(three?.headers.get('retry-after')).toBe('7');
    expect((await other.get(users)).status).toBe(200);
    emulator.control.advance(10);
    expect((await client.get(users)).status).toBe(200);
  });

  it('asks for a human being at login until the challenge is solved', async () => {
    emulator.control.turn({ humanVerification: 'login' });
    const { username, password } = emulator.account;
    const stranger = new ProtonClient(emulator.url);
    const asked = await stranger.login(username, password);
    expect(asked).toMatchObject({
      status: 422,
      body: { Code: 9001, Details: { HumanVerificationMethods: ['captcha', 'email'], WebUrl: expect.any(String) } },
    });
    expect((await client.get(users)).status).toBe(200);
    const { HumanVerificationToken } = asked.body['Details'] as { HumanVerificationToken: string };
    stranger.headers['x-pm-human-verification-token'] = HumanVerificationToken;
    expect((await stranger.login(username, password)).status).toBe(200);
    expect(await stranger.login(username, password)).toMatchObject({ status: 422, body: { Code: 12_087 } });
    delete stranger.headers['x-pm-human-verification-token'];
    emulator.control.solveHumanVerification();
    expect((await stranger.login(username, password)).status).toBe(200);
  });

  it('asks for a human being everywhere when told so', async () => {
    emulator.control.turn({ humanVerification: 'everything' });
    expect(await client.get(users)).toMatchObject({ status: 422, body: { Code: 9001 } });
    emulator.control.solveHumanVerification();
    expect((await client.get(users)).status).toBe(200);
  });

  it('announces what it requires', async () => {
    emulator.control.turn({ requirementsHeader: 'drive=2' });
    expect((await client.get(users)).headers.get('x-pm-drive-requirements')).toBe('drive=2');
    emulator.control.turn({ requirementsHeader: 'required=99.0.0' });
    expect((await client.get(users)).headers.get('x-pm-drive-platform-requirements')).toBe('required=99.0.0');
  });

  it('answers 404 where Proton has nothing', async () => {
    expect((await client.get('/core/v4/nonsense')).status).toBe(404);
    expect((await client.get('/core/v4/%E0%A4')).status).toBe(404);
  });

  it('answers 400 to what is no JSON', async () => {
    const answer = await fetch(`${emulator.url}/core/v4/auth/info`, {
      method: 'POST',
      body: '{',
      headers: { ...client.headers, 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(400);
  });
});

describe('a fault', () => {
  it('answers in place of a route, after some calls and for some', async () => {
    const does = { kind: 'answer', status: 503, body: { Code: 7001 }, headers: { 'retry-after': '3' } } as const;
    emulator.control.fault({ route: `GET ${users}`, after: 1, times: 2, does });
    expect((await client.get('/core/v4/addresses')).status).toBe(200);
    const answers = [
      await client.get(users),
      await client.get(users),
      await client.get(users),
      await client.get(users),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 503, 503, 200]);
    expect(answers[1]).toMatchObject({ body: { Code: 7001 } });
    expect(answers[1]?.headers.get('retry-after')).toBe('3');
    expect(emulator.control.faultsLeft()).toEqual([]);
  });

  it('cuts the socket before anything is done', async () => {
    emulator.control.fault({ route: 'DELETE /core/v4/auth', does: { kind: 'cut', when: 'before' } });
    await expect(client.call('DELETE', '/core/v4/auth')).rejects.toThrow('fetch failed');
    expect((await client.get(users)).status).toBe(200);
    expect(emulator.control.calls()[0]).toMatchObject({ route: 'DELETE /core/v4/auth', status: 0 });
  });

  it('cuts the socket after it is done, whatever name it was called by', async () => {
    emulator.control.fault({ route: 'DELETE /auth/v4', does: { kind: 'cut', when: 'after' } });
    await expect(client.call('DELETE', '/core/v4/auth')).rejects.toThrow('fetch failed');
    expect((await client.get(users)).status).toBe(401);
  });

  it('never answers', async () => {
    emulator.control.fault({ route: '* /core', does: { kind: 'hang' } });
    await expect(client.call('GET', users, undefined, AbortSignal.timeout(200))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect((await client.get(users)).status).toBe(200);
  });

  it('answers late', async () => {
    emulator.control.fault({ route: '*', does: { kind: 'delay', ms: 150 } });
    const began = performance.now();
    expect((await client.get(users)).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(140);
  });

  it('is taken back', async () => {
    emulator.control.fault({ route: '*', times: 9, does: { kind: 'answer', status: 500 } });
    emulator.control.noFaults();
    expect((await client.get(users)).status).toBe(200);
  });
});

describe('the line', () => {
  it('has a latency', async () => {
    emulator.control.turn({ latencyMs: 100 });
    const began = performance.now();
    await client.get(users);
    expect(performance.now() - began).toBeGreaterThan(95);
  });

  it('has a width, in both directions', async () => {
    const { body } = await client.get(users);
    const bytes = JSON.stringify(body).length;
    emulator.control.turn({ bytesPerSecond: bytes * 4 });
    const began = performance.now();
    expect((await client.get(users)).body).toEqual(body);
    const down = performance.now() - began;
    expect(down).toBeGreaterThan(200);
    await client.post('/nothing', { filler: 'x'.repeat(bytes) });
    expect(performance.now() - began - down).toBeGreaterThan(200);
  });
});

describe('the recorder', () => {
  it('tells calls by their route, and those since a number', async () => {
    await client.post('/auth/v4/sessions/forks', { Payload: 'x', ChildClientID: 'external-drive' });
    await client.get('/auth/v4/sessions/forks/unknown?a=b');
    const [first, second] = emulator.control.calls();
    expect(first).toMatchObject({ route: 'POST /auth/v4/sessions/forks', status: 200, code: 1000 });
    expect(first?.requestBytes).toBeGreaterThan(20);
    expect(second).toMatchObject({
      method: 'GET',
      route: 'GET /auth/v4/sessions/forks/:selector',
      path: '/auth/v4/sessions/forks/unknown?a=b',
      status: 422,
      code: 2001,
      session: client.tokens?.uid,
      appVersion: 'external-drive-ballast@0.1.0-beta',
    });
    expect(emulator.control.calls(first?.number)).toEqual([second]);
    emulator.control.forgetCalls();
    expect(emulator.control.calls()).toEqual([]);
  });
});
