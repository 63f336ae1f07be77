import type { Milestone } from '#platform/milestone.js';
import { Drill, SOME_OF_EACH } from './harness/drill.js';
import { pushUnderRandomKills } from './harness/random-kills.js';
import { eventually } from './harness/run.js';
import type { ServiceName } from './harness/stack.js';

/** The number of the fault, the milestone at which it strikes, and the service that dies there. */
const KILLED_AT: readonly (readonly [row: number, at: Milestone, who: ServiceName])[] = [
  [1, 'gateway.body-half', 'gateway'],
  [2, 'gateway.attempt-synced', 'gateway'],
  [3, 'gateway.renamed', 'gateway'],
  [4, 'gateway.staged-committed', 'gateway'],
  [5, 'relay.added', 'reconciler'],
  [7, 'worker.before-put', 'worker'],
  [8, 'worker.put-begun', 'worker'],
  [9, 'worker.mid-blocks', 'worker'],
  [10, 'worker.put-committed', 'worker'],
  [11, 'worker.stored-committed', 'worker'],
];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('whatever dies, what was acknowledged is there and the rest heals', () => {
  const drill = new Drill();

  beforeAll(() => drill.start(), 120_000);
  afterAll(() => drill.dispose(), 120_000);

  it.each(KILLED_AT)(
    'fault %i: kill -9 at %s of the %s',
    async (_row, milestone) => {
      drill.stack.arm(milestone, 'kill');
      const copy = await drill.work(SOME_OF_EACH);
      const pushed = drill.pushUntilDone(copy);
      await drill.stack.fired(milestone);
      const died = Date.now();
      await pushed;
      await drill.stack.ready();
      await drill.ledger.settled(Math.max(1_000, 60_000 - (Date.now() - died)));
      await drill.ledger.readable();
    },
    300_000,
  );

  it('fault 6: kill -9 of the relay with a backlog: it drains, nothing twice in the vault', async () => {
    process.kill(drill.stack.pid('reconciler'), 'SIGSTOP');
    const stopped = drill.stack.pid('reconciler');
    const copy = await drill.work(Array.from({ length: 400 }, (_, index) => 1_000 + index));
    const pushed = drill.pushUntilDone(copy);
    await pause(3_000);
    process.kill(stopped, 'SIGKILL');
    await pushed;
    await drill.ledger.settled();
    await drill.ledger.readable();
  }, 300_000);

  it('fault 16: SIGTERM of every service under load drains without a failed job', async () => {
    const copy = await drill.work([...SOME_OF_EACH, 30_000_000]);
    const pushed = drill.pushUntilDone(copy);
    for (const service of ['worker', 'reconciler', 'gateway'] as const) {
      await pause(500);
      process.kill(drill.stack.pid(service), 'SIGTERM');
    }
    await pushed;
    await drill.stack.ready();
    await drill.ledger.settled();
    await drill.ledger.readable();
    expect(drill.stack.output).not.toMatch(/could not stop/);
  }, 300_000);

  it('faults 17 and 18: a worker that stalls or is stopped past its lease cannot record, and one copy results', async () => {
    drill.stack.arm('worker.put-committed', 'stop');
    const copy = await drill.work([200_000]);
    const zombie = drill.stack.pid('worker');
    const pushed = drill.pushUntilDone(copy, 300_000);
    await drill.stack.fired('worker.put-committed');
    await drill.stack.startSecondWorker();
    await pushed;
    process.kill(zombie, 'SIGCONT');
    await drill.ledger.settled();
    await drill.ledger.readable();
    await eventually('the zombie serves again', () => drill.stack.ready());

    drill.stack.arm('worker.put-committed', 'busy:90000');
    const second = await drill.work([200_000]);
    await drill.pushUntilDone(second, 300_000);
    await drill.ledger.settled(120_000);
    await drill.ledger.readable();
  }, 600_000);

  it('fault 15: random kill -9 of any process while clients push, 200 kills', async () => {
    await pushUnderRandomKills(drill, {
      kills: 200,
      acknowledged: 50,
      victims: ['gateway', 'worker', 'reconciler'],
      sizes: [10, 5_000, 70_000, 800_000],
      pauseMs: { least: 200, most: 2_000 },
    });
    await drill.ledger.settled();
    await drill.ledger.readable();
    expect(drill.ledger.size).toBeGreaterThan(50);
  }, 1_200_000);
});
