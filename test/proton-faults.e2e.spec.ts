import { randomInt } from 'node:crypto';
import { basename, join } from 'node:path';
import { writeRandomFile } from './harness/client.js';
import { ProtonDrill } from './harness/proton-drill.js';
import { eventually } from './harness/run.js';

const MiB = 1024 * 1024;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const FILES = 'POST /drive/v2/volumes/:v/files';
const COMMIT = 'PUT /drive/v2/volumes/:v/files/:l/revisions/:r';
const BLOCK = 'POST /storage/blocks/:b';

/** What Proton may say (docs/proton.md#what-happens-when), by the real client through the whole pipe; calls are counted. */
describe('whatever Proton answers, nothing acknowledged is lost and nobody keeps knocking', () => {
  let proton: ProtonDrill;

  beforeAll(async () => {
    // Clients are told after two seconds instead of 25 that what they wait for is not stored yet.
    proton = await ProtonDrill.start({
      environment: { BALLAST_WAIT: '2s', BALLAST_PROTON_REQUESTS_PER_SECOND: '500' },
    });
  }, 120_000);
  afterAll(() => proton.dispose(), 120_000);

  afterEach(async () => {
    await proton.emulator.noFaults();
    const room = { quotaBytes: 2 ** 40, fileBytesMax: 2 ** 40 };
    await proton.emulator.turn({ humanVerification: 'off', requirementsHeader: null, ...room });
  });

  const push = (copy: string, timeoutMs = 120_000) => proton.drill.client.push(copy, basename(copy), timeoutMs);
  const rows = <Row extends object>(sql: string) => proton.drill.stack.rows<Row>(sql);
  const stops = async () =>
    (await rows<{ cause: string }>('select cause from vault_stops order by cause')).map(({ cause }) => cause);
  const driveCalls = async (since: number) =>
    (await proton.emulator.calls(since)).filter(({ route }) => / \/(drive|storage)/.test(route));
  const settledAndReadable = async (timeoutMs = 60_000): Promise<void> => {
    await proton.drill.ledger.settled(timeoutMs);
    await proton.drill.ledger.readable();
  };
  const acknowledged = async (copy: string): Promise<void> => {
    await proton.drill.pushUntilDone(copy);
    await settledAndReadable();
  };

  /** Stops the fleet, counts that it is still, lets the operator act, and sees that it goes on by itself. */
  const stopsUntil = async (cause: string, says: RegExp, act: () => Promise<unknown>): Promise<void> => {
    const copy = await proton.drill.work([1_000, 50_000, 2_000_000]);
    const refused = await push(copy);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(says);
    expect(await stops()).toEqual([cause]);
    const still = await proton.emulator.mark();
    expect((await push(await proton.drill.work([3_000]))).code).not.toBe(0);
    await pause(20_000);
    expect(await proton.emulator.calls(still)).toEqual([]);
    await act();
    await proton.drill.ledger.settled(90_000);
    expect(await stops()).toEqual([]);
    await acknowledged(copy);
  };

  it('fault 44: 60 answers 429 make pauses for the whole fleet, and cost no attempt', async () => {
    await proton.drill.stack.startSecondWorker();
    await proton.emulator.fault({
      route: '* /drive',
      times: 60,
      does: { kind: 'answer', status: 429, body: { Code: 85131, Error: 'slow down' }, headers: { 'retry-after': '1' } },
    });
    const copy = await proton.drill.work(Array.from({ length: 24 }, (_, index) => 1_000 + index * 10_000));
    const since = await proton.emulator.mark();
    await proton.drill.pushUntilDone(copy, 400_000);
    const calls = await driveCalls(since);
    const refused = calls.filter(({ status }) => status === 429).map(({ at }) => Date.parse(at));
    expect(refused).toHaveLength(60);
    // After the first refusal of a pause, only what was on its way already may still arrive.
    for (const [index, at] of refused.entries()) {
      const next = refused[index + 1] ?? at;
      expect(next - at < 500 || next - at >= 900).toBe(true);
    }
    expect(await rows(`select 1 from dead_letters`)).toEqual([]);
    expect(await rows(`select 1 from events where type = 'StoreFailed'`)).toEqual([]);
    await settledAndReadable();
  }, 600_000);

  it('fault 45: a block for abuse (2028) ends every call until an operator resumes', async () => {
    await proton.emulator.fault({
      route: FILES,
      times: 1,
      does: { kind: 'answer', status: 422, body: { Code: 2028, Error: 'blocked', Details: {} } },
    });
    await stopsUntil('abuse-block', /blocked/i, () => proton.drill.stack.cli(['vault', 'resume']));
  }, 300_000);

  it('fault 46: a demand for a human (9001) ends every call until somebody logged in', async () => {
    await proton.emulator.turn({ humanVerification: 'everything' });
    await stopsUntil('human-verification', /CAPTCHA/i, async () => {
      await proton.emulator.solveHumanVerification();
      await proton.login();
    });
  }, 300_000);

  it('fault 47: errors of the server are waited out: one, ten in a row, and as long as they last', async () => {
    for (const times of [1, 10]) {
      await proton.emulator.fault({ route: '* /drive', times, does: { kind: 'answer', status: 503, body: {} } });
      await proton.drill.pushUntilDone(await proton.drill.work([2_000, 40_000]), 400_000);
      await proton.emulator.noFaults();
    }
    await proton.emulator.fault({ route: '* /drive', times: 1e6, does: { kind: 'answer', status: 503, body: {} } });
    const since = await proton.emulator.mark();
    const pushed = proton.drill.pushUntilDone(await proton.drill.work([3_000, 50_000, 9_000_000]), 400_000);
    await pause(45_000);
    // Ten open the breaker; what was on its way and the few probes come on top.
    expect((await driveCalls(since)).length).toBeLessThan(40);
    await proton.emulator.noFaults();
    await pushed;
    expect(await rows(`select 1 from dead_letters`)).toEqual([]);
    await eventually('no stop is left', async () => expect(await stops()).toEqual([]), 120_000);
    await settledAndReadable();
  }, 900_000);

  it('fault 48: a call that is never answered ends at its time, and the attempt is made again', async () => {
    await proton.emulator.fault({ route: FILES, times: 1, does: { kind: 'hang' } });
    await acknowledged(await proton.drill.work([5_000]));
  }, 400_000);

  it('fault 49: a block that fails four times, and one whose token has expired', async () => {
    await proton.emulator.fault({ route: BLOCK, after: 2, times: 4, does: { kind: 'answer', status: 500, body: {} } });
    await acknowledged(await proton.drill.work([20 * MiB]));
    await proton.emulator.fault({
      route: BLOCK,
      times: 1,
      does: { kind: 'answer', status: 404, body: { Code: 2501 } },
    });
    await acknowledged(await proton.drill.work([9 * MiB]));
  }, 400_000);

  it('fault 12: the answer to a commit is lost after it was done: one node, adopted', async () => {
    await proton.emulator.fault({ route: COMMIT, times: 3, does: { kind: 'cut', when: 'after' } });
    await acknowledged(await proton.drill.work([7_000, 6 * MiB]));
    expect(Math.max(...(await proton.nodesPerName()).values())).toBe(1);
  }, 300_000);

  it('fault 53: a full account parks what waits, says so, and goes on within a minute of an operator making room', async () => {
    await proton.emulator.turn({ quotaBytes: 1 });
    const copy = await proton.drill.work([300_000]);
    const refused = await push(copy);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/space/i);
    expect(await stops()).toEqual(['quota']);
    // A worker asks for the space twice a minute, and for nothing else.
    const since = await proton.emulator.mark();
    await pause(65_000);
    const looks = (await proton.emulator.calls(since)).map(({ route }) => route);
    expect(new Set(looks)).toEqual(new Set(['GET /core/v4/users']));
    expect(looks.length).toBeLessThanOrEqual(2 * 3);
    await proton.emulator.turn({ quotaBytes: 2 ** 40 });
    await eventually('the room is seen', async () => expect(await stops()).toEqual([]), 75_000);
    await proton.drill.ledger.settled(60_000);
    await acknowledged(copy);
  }, 300_000);

  // A full folder gets a sibling: test/proton-vault/behaviour.int.spec.ts.
  it('fault 54: a file beyond the plan fails with the reason', async () => {
    await proton.emulator.turn({ fileBytesMax: 100_000 });
    const copy = await proton.drill.work([400_000]);
    const refused = await push(copy);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/plan/i);
    expect(await rows(`select code from dead_letters where state = 'open'`)).toEqual([{ code: 'vault.plan-limit' }]);
    await proton.emulator.turn({ fileBytesMax: 2 ** 40 });
    await proton.drill.stack.cli(['dead-letters', 'redrive', '--all']);
    await acknowledged(copy);
  }, 400_000);

  it.each([
    ['a flipped bit', { kind: 'corrupt', how: 'flip' }],
    ['a cut block', { kind: 'corrupt', how: 'truncate' }],
    ['the wrong block', { kind: 'corrupt', how: 'swap' }],
    ['a wrong manifest', { kind: 'manifest', how: 'signature' }],
    ['blocks in another order', { kind: 'manifest', how: 'reorder' }],
    ['a missing last block', { kind: 'manifest', how: 'drop-last' }],
  ] as const)(
    'faults 55 and 56: %s is never taken for the object',
    async (_, does) => {
      const copy = await proton.drill.work([9 * MiB + randomInt(1_000)]);
      await acknowledged(copy);
      await proton.chill();
      const route =
        does.kind === 'corrupt' ? 'GET /storage/blocks/:b' : 'GET /drive/v2/volumes/:v/files/:l/revisions/:r';
      // The SDK asks again for a block that is wrong, and a revision's pages are read until one is empty.
      await proton.emulator.fault({ route, times: does.kind === 'corrupt' ? 8 : 3, does });
      await eventually('it is served whole in the end', () => proton.drill.ledger.readable(), 120_000);
    },
    400_000,
  );

  it('fault 57: a node that somebody put into the trash is brought back when it is read', async () => {
    const before = new Set((await proton.emulator.files('active')).map(({ linkId }) => linkId));
    await acknowledged(await proton.drill.work([120_000]));
    const fresh = (await proton.emulator.files('active')).filter(({ linkId }) => !before.has(linkId));
    for (const { linkId } of fresh) await proton.emulator.inWebApp('trash', linkId);
    await proton.chill();
    await eventually('it is served again', () => proton.drill.ledger.readable(), 120_000);
    expect(await proton.emulator.files('trashed')).toEqual([]);
  }, 300_000);

  it('fault 59: a server that demands a newer client stops the fleet', async () => {
    await proton.emulator.fault({
      route: '* /drive',
      times: 1_000,
      does: { kind: 'answer', status: 400, body: { Code: 5003, Error: 'This app is no longer supported' } },
    });
    await stopsUntil('requirements', /version|upgrade/i, async () => {
      await proton.emulator.noFaults();
      await proton.drill.stack.cli(['vault', 'resume']);
    });
  }, 300_000);

  it('keeps hot objects readable while the vault is stopped', async () => {
    const copy = await proton.drill.work([70_000]);
    await acknowledged(copy);
    await proton.emulator.fault({
      route: '* /drive',
      times: 1,
      does: { kind: 'answer', status: 422, body: { Code: 2028 } },
    });
    writeRandomFile(join(copy, 'more.bin'), 2_000);
    await proton.drill.client.commit(copy, 'one more');
    expect((await push(copy)).code).not.toBe(0);
    await proton.drill.ledger.readable();
    await proton.drill.stack.cli(['vault', 'resume']);
    await acknowledged(copy);
  }, 300_000);
});
