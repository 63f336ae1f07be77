import { basename } from 'node:path';
import type { RecordedCall } from './proton-emulator/contract.js';
import { isPasswordLogin } from './harness/emulator.js';
import { ProtonDrill } from './harness/proton-drill.js';
import { eventually } from './harness/run.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const isRefresh = ({ route, method }: RecordedCall) => method === 'POST' && /\/auth\/v4\/refresh$/.test(route);
const isFork = ({ route, method }: RecordedCall) => method === 'POST' && /\/sessions\/forks$/.test(route);
const isDraft = ({ route, method }: RecordedCall) => method === 'POST' && /\/files$/.test(route);
const isLogin = (call: RecordedCall) =>
  (call.method === 'GET' && /\/sessions\/forks$/.test(call.route)) || isPasswordLogin(call);

describe('sessions at Proton', () => {
  let proton: ProtonDrill;

  beforeAll(async () => {
    proton = await ProtonDrill.start({ environment: { BALLAST_PROTON_REQUESTS_PER_SECOND: '1000' } });
    await proton.drill.stack.startSecondWorker();
  }, 120_000);
  afterAll(() => proton.dispose(), 120_000);

  /** The sessions that do the work: forks of the one that the operator opened. */
  const children = async () => {
    const sessions = await proton.emulator.sessions();
    const forks = new Set(sessions.filter(({ kind }) => kind === 'fork').map(({ uid }) => uid));
    return sessions.filter(({ parentUid, revoked }) => !revoked && parentUid !== null && forks.has(parentUid));
  };
  const store = async (sizes: readonly number[]): Promise<void> => {
    await proton.drill.pushUntilDone(await proton.drill.work(sizes), 800_000);
    await proton.drill.ledger.settled();
  };

  /** Ends what the children have while uploads are on their way: each call takes a while, and more are to follow. */
  const endWhileUploading = async (act: 'expire' | 'revoke', sizes: readonly number[]) => {
    const since = await proton.emulator.mark();
    await proton.emulator.turn({ latencyMs: 400 });
    const uploads = store(sizes);
    await eventually('an upload begins', async () =>
      expect((await proton.emulator.calls(since)).some(isDraft)).toBe(true),
    );
    for (const { uid } of await children()) await proton.emulator.endSession(act, uid);
    await proton.emulator.turn({ latencyMs: 0 });
    await uploads;
    return proton.emulator.calls(since);
  };

  it('fault 50: eight uploads meet an access token that ended; it is renewed once for two workers', async () => {
    await store([1_000]);
    const calls = await endWhileUploading(
      'expire',
      Array.from({ length: 8 }, (_, index) => 9_000_000 + index),
    );
    expect(calls.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(1);
    expect(calls.filter(isRefresh)).toHaveLength(1);
    expect(calls.filter(isLogin)).toEqual([]);
    await proton.drill.ledger.readable();
  }, 300_000);

  it('fault 51: a session whose refresh token is dead (10013) is replaced by a fork of its parent', async () => {
    const calls = await endWhileUploading(
      'revoke',
      Array.from({ length: 4 }, (_, index) => 5_000_000 + index),
    );
    expect(calls.filter(isFork)).toHaveLength(1);
    expect(calls.filter(isLogin)).toEqual([]);
    expect(await children()).toHaveLength(1);
  }, 300_000);

  it('fault 51: with a dead parent as well everything is parked without a call, until somebody logs in', async () => {
    for (const { uid } of await proton.emulator.sessions()) await proton.emulator.endSession('revoke', uid);
    const copy = await proton.drill.work([40_000]);
    const refused = await proton.drill.client.push(copy, basename(copy), 120_000);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/not logged in/i);
    const still = await proton.emulator.mark();
    await pause(20_000);
    expect(await proton.emulator.calls(still)).toEqual([]);
    await proton.login();
    await proton.drill.pushUntilDone(copy);
    await proton.drill.ledger.settled();
    await proton.drill.ledger.readable();
  }, 300_000);

  it('spends one login on 1,000 uploads and the refreshes that the tokens ask for', async () => {
    await proton.emulator.turn({ accessTokenSeconds: 3_600 });
    const since = await proton.emulator.mark();
    await store(Array.from({ length: 1_000 }, (_, index) => 100 + index));
    const calls = await proton.emulator.calls(since);
    expect(calls.filter(isLogin)).toEqual([]);
    expect(calls.filter(isRefresh).length + calls.filter(isFork).length).toBeLessThanOrEqual(2);
  }, 900_000);
});
