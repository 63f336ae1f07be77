import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { digests } from './harness/client.js';
import { emptyPostgresQueue } from './harness/embedded-queue.js';
import { LfsApi } from './harness/lfs-api.js';
import { ProtonDrill } from './harness/proton-drill.js';
import { eventually } from './harness/run.js';

const MADE = 'POST /drive/v2/volumes/:v/files';
const COMMITTED = 'PUT /drive/v2/volumes/:v/files/:l/revisions/:r';

/** What mends by itself, killed (SIGKILL) between two of the things that it mends: it goes on, and does nothing twice. */
describe('a remediation that is killed halfway', () => {
  let proton: ProtonDrill;

  beforeAll(async () => {
    proton = await ProtonDrill.start({
      environment: {
        BALLAST_WAIT: '2s',
        BALLAST_DUTY_LEASE: '5s',
        BALLAST_REDRIVE_PERIOD: '2s',
        BALLAST_PROTON_WATCH_PERIOD: '2s',
        BALLAST_PROTON_REQUESTS_PER_SECOND: '1000',
      },
    });
  }, 120_000);
  afterAll(() => proton.dispose(), 120_000);

  const rows = <Row extends object>(sql: string, values: readonly unknown[] = []) =>
    proton.drill.stack.rows<Row>(sql, values);
  const oidsOf = async (copy: string): Promise<readonly string[]> => [...(await digests(copy)).values()];
  /** How often each kind of event happened to these objects, as `type count` of each object, once each. */
  const livesOf = async (oids: readonly string[]): Promise<readonly string[]> => {
    const lives = await rows<{ life: string }>(
      `select distinct string_agg(kind, ', ' order by kind) as life from (
         select stream, type || ' ' || count(*) as kind from events where stream = any($1) group by stream, type) kinds
       group by stream`,
      [oids.map((oid) => `object-${oid}`)],
    );
    return lives.map(({ life }) => life);
  };
  const staged = async (count: number): Promise<void> =>
    eventually(
      'all is staged and sent to the queue',
      async () => {
        const [row] = await rows<{ staged: string; unsent: string }>(
          `select (select count(*) from objects where state = 'staged') as staged,
                (select count(*) from outbox where dispatched_at is null) as unsent`,
        );
        expect(row).toEqual({ staged: String(count), unsent: '0' });
      },
      120_000,
    );
  const frozen = async <T>(service: 'worker' | 'reconciler', work: () => Promise<T>): Promise<T> => {
    const pid = proton.drill.stack.pid(service);
    process.kill(pid, 'SIGSTOP');
    try {
      return await work();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  };
  const callsOf = async (route: string, since: number): Promise<number> =>
    (await proton.emulator.calls(since)).filter((call) => call.route === route && call.status < 300).length;

  it('fault 13: kill -9 of the reconciler while it queues lost work again: every object is stored, none twice', async () => {
    const { drill, emulator } = proton;
    // Less than a batch of the client, more than the reconciler queues at once.
    const copy = await drill.work(Array.from({ length: 60 }, (_, index) => 200 + index));
    const since = await emulator.mark();
    const pushed = await frozen('worker', async () => {
      const pushing = drill.pushUntilDone(copy, 240_000);
      await staged(60);
      drill.stack.arm('reconciler.lost-requeued', 'kill');
      await emptyPostgresQueue(drill.stack.databaseUrl);
      await drill.stack.fired('reconciler.lost-requeued');
      return { pushing };
    });
    await pushed.pushing;
    await drill.stack.ready();
    await proton.healed();
    expect(await livesOf(await oidsOf(copy))).toEqual(['ObjectStaged 1, ObjectStored 1']);
    expect([await callsOf(MADE, since), await callsOf(COMMITTED, since)]).toEqual([60, 60]);
  }, 400_000);

  it('fault 13: kill -9 of the reconciler while it redrives, before a letter is closed and after: each goes once', async () => {
    const { drill, emulator } = proton;
    await emulator.turn({ fileBytesMax: 100_000 });
    const copy = await drill.work([300_001, 300_002, 300_003, 300_004]);
    expect((await drill.client.push(copy, basename(copy), 120_000)).code).not.toBe(0);
    const letters = () => rows<{ state: string }>('select state from dead_letters');
    await eventually('all four are given up', async () => expect(await letters()).toHaveLength(4));
    await emulator.turn({ fileBytesMax: 2 ** 40 });
    // As if they had been given up for want of room: a cause that passes by itself.
    await rows(`update dead_letters set code = 'vault.quota-exceeded'`);
    await emulator.turn({ quotaBytes: 1 });
    const stopping = await drill.work([2_000]);
    await drill.client.push(stopping, basename(stopping), 120_000);
    await emulator.turn({ quotaBytes: 2 ** 40 });
    drill.stack.arm('reconciler.letter-queued', 'kill');
    drill.stack.arm('reconciler.letter-closed', 'kill');
    await drill.stack.cli(['vault', 'resume', '--cause', 'quota']);
    await drill.stack.fired('reconciler.letter-queued', 60_000);
    await drill.stack.fired('reconciler.letter-closed', 60_000);
    for (const pushed of [copy, stopping]) await drill.pushUntilDone(pushed);
    await drill.stack.ready();
    await proton.healed();
    expect((await letters()).map(({ state }) => state)).toEqual(Array(4).fill('redriven'));
    expect(await livesOf(await oidsOf(copy))).toEqual([
      'ObjectStaged 1, ObjectStored 1, StoreFailed 1, StoreRedriven 1',
    ]);
  }, 400_000);

  it('fault 13: kill -9 of the reconciler while it adopts files that lack their event: each gets one', async () => {
    const { drill } = proton;
    const copy = await drill.work([10_001, 10_002, 10_003]);
    const files = [...(await digests(copy))];
    await frozen('reconciler', async () => {
      for (const [path, oid] of files) await leaveStray(readFileSync(join(copy, path)), oid);
      drill.stack.arm('reconciler.stray-adopted', 'kill');
    });
    await drill.stack.fired('reconciler.stray-adopted', 60_000);
    const oids = await oidsOf(copy);
    await eventually('all are stored', async () =>
      expect(await livesOf(oids)).toEqual(['ObjectStaged 1, ObjectStored 1']),
    );
    await drill.pushUntilDone(copy);
    await drill.stack.ready();
    await proton.healed();
    expect(await livesOf(oids)).toEqual(['ObjectStaged 1, ObjectStored 1']);
  }, 400_000);

  /** The gateway dies between the file's new name and its event. */
  const leaveStray = async (bytes: Buffer, oid: string): Promise<void> => {
    const { stack } = proton.drill;
    const upload = await eventually('the gateway offers the upload', async () => {
      const api = new LfsApi(`${stack.gatewayUrl}/acme/demo.git/info/lfs`, stack.token);
      const [offered] = await api.offered('upload', [{ oid, size: bytes.length }]);
      if (offered?.actions?.upload === undefined) throw new Error('no upload is offered');
      return offered.actions.upload;
    });
    stack.arm('gateway.renamed', 'kill');
    await LfsApi.upload(upload, new Uint8Array(bytes)).catch(() => undefined);
    await stack.fired('gateway.renamed');
  };

  it('fault 13: kill -9 of the worker while it mends placements that were deleted at Proton: each is stored again once', async () => {
    const { drill, emulator } = proton;
    const copy = await drill.work([20_001, 20_002, 20_003]);
    await drill.pushUntilDone(copy);
    await drill.ledger.settled();
    const oids = await oidsOf(copy);
    const placed = await rows<{ node: string }>(
      `select locator ->> 'node' as node from placements where oid = any($1)`,
      [oids],
    );
    await frozen('worker', async () => {
      for (const { node } of placed) {
        await emulator.inWebApp('trash', node.split('~')[1] ?? '');
        await emulator.inWebApp('delete', node.split('~')[1] ?? '');
      }
      drill.stack.arm('worker.placement-mended', 'kill');
    });
    await drill.stack.fired('worker.placement-mended', 60_000);
    const life = ['ObjectStaged 1, ObjectStored 2, PlacementLost 1, StoreRedriven 1'];
    await eventually('all are stored again', async () => expect(await livesOf(oids)).toEqual(life));
    await drill.stack.ready();
    await proton.healed();
    expect(await livesOf(oids)).toEqual(life);
    expect(placed).toHaveLength(3);
  }, 400_000);
});
