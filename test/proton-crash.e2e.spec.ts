import type { Milestone } from '#platform/milestone.js';
import { SOME_OF_EACH } from './harness/drill.js';
import { ProtonDrill } from './harness/proton-drill.js';
import { pushUnderRandomKills } from './harness/random-kills.js';
import { eventually } from './harness/run.js';

const KILLED_AT: readonly (readonly [row: number, at: Milestone])[] = [
  [7, 'worker.before-put'],
  [8, 'worker.put-begun'],
  [9, 'worker.mid-blocks'],
  [10, 'worker.put-committed'],
  [11, 'worker.stored-committed'],
];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('workers that die while they upload to Proton', () => {
  let proton: ProtonDrill;

  beforeAll(async () => {
    proton = await ProtonDrill.start();
  }, 120_000);
  afterAll(() => proton.dispose(), 120_000);

  it.each(KILLED_AT)(
    'fault %i: kill -9 at %s',
    async (_row, milestone) => {
      proton.drill.stack.arm(milestone, 'kill');
      const copy = await proton.drill.work(SOME_OF_EACH);
      const pushed = proton.drill.pushUntilDone(copy);
      await proton.drill.stack.fired(milestone);
      const died = Date.now();
      await pushed;
      await proton.drill.stack.ready();
      await proton.healed(Math.max(1_000, 60_000 - (Date.now() - died)));
    },
    300_000,
  );

  it('fault 16: SIGTERM of the worker under load', async () => {
    const copy = await proton.drill.work([...SOME_OF_EACH, 30_000_000]);
    const pushed = proton.drill.pushUntilDone(copy);
    await pause(1_500);
    process.kill(proton.drill.stack.pid('worker'), 'SIGTERM');
    await pushed;
    await proton.drill.stack.ready();
    await proton.healed();
  }, 300_000);

  it('faults 17 and 18: a worker that is stopped past its lease finds another one’s node', async () => {
    proton.drill.stack.arm('worker.mid-blocks', 'stop');
    const copy = await proton.drill.work([12_000_000]);
    const zombie = proton.drill.stack.pid('worker');
    const pushed = proton.drill.pushUntilDone(copy, 300_000);
    await proton.drill.stack.fired('worker.mid-blocks');
    await proton.drill.stack.startSecondWorker();
    await pushed;
    process.kill(zombie, 'SIGCONT');
    await eventually('the zombie serves again', () => proton.drill.stack.ready());
    await proton.healed();
  }, 600_000);

  it('two workers, 100 kills at random moments of their uploads: one node an object, no draft left', async () => {
    await pushUnderRandomKills(proton.drill, {
      kills: 100,
      acknowledged: 50,
      victims: ['worker', 'second-worker'],
      sizes: [10, 5_000, 300_000, 5_000_000],
      pauseMs: { least: 300, most: 6_000 },
    });
    await proton.healed(120_000);
    expect(proton.drill.ledger.size).toBeGreaterThan(50);
  }, 1_500_000);
});
