import { pino } from 'pino';
import { jobRunner, stageSample, storeJob } from '#testing/crash/job-runner.js';
import { MemoryVaultConditions } from '#testing/memory/memory-vault-conditions.js';
import { MemoryWorld, sampleObject } from '#testing/memory/memory-world.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { Projections } from '#application/ports/projections.js';
import { Statistics } from '#application/ports/statistics.js';
import { registry } from '#platform/metrics.js';
import { readSettings } from '#platform/settings.js';
import { readiness } from '#platform/health.js';
import { reconcilerSettings } from './config.js';
import { startReconciler } from './reconciler.js';

class QuietProjections extends Projections {
  override advance = () => Promise.resolve(0);
  override rebuild = () => Promise.resolve(0);
  override status = () => Promise.resolve([]);
}

class FixedStatistics extends Statistics {
  override read = () => {
    const none = { objects: 0, bytes: 0 };
    const objects = { staged: { objects: 3, bytes: 300 }, stored: none, failed: none };
    return Promise.resolve({
      objects,
      placements: [],
      deadLetters: [],
      outbox: { pending: 0, oldestAgeMs: 0 },
      repositories: 1,
    });
  };
}

const settings = readSettings(reconcilerSettings, {
  BALLAST_DATABASE_URL: 'postgresql://nobody@127.0.0.1/none',
  BALLAST_HOT_TIER_DIR: '/nowhere',
  BALLAST_RELAY_PERIOD: '20ms',
  BALLAST_COMPARE_PERIOD: '20ms',
  BALLAST_JANITOR_PERIOD: '20ms',
  BALLAST_GAUGES_PERIOD: '20ms',
});

const start = (world: MemoryWorld) => {
  const { catalogue, durability, events: eventStore, hotTier, leases, ledger, outbox, queue } = world;
  const ports = { catalogue, durability, eventStore, hotTier, leases, ledger, outbox, queue };
  return startReconciler({
    ports: {
      ...ports,
      clock: new SystemClock(),
      projections: new QuietProjections(),
      statistics: new FixedStatistics(),
      vault: 'memory',
      vaultConditions: new MemoryVaultConditions(world.database),
    },
    settings,
    logger: pino({ level: 'silent' }),
  });
};

const until = async (isTrue: () => boolean): Promise<void> => {
  for (let tries = 0; !isTrue(); tries += 1) {
    if (tries > 200) throw new Error('did not come true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('the reconciler', () => {
  it('relays, revives lost work, adopts strays and tells the numbers', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    const reconciler = await start(world);
    try {
      await until(() => world.queue.jobs.has(storeJob(oid).id));
      world.queue.flush();
      world.clock.advance(60_000);
      await until(() => world.queue.jobs.has(storeJob(oid).id));
      const stray = sampleObject(500, 9);
      world.hotTier.files.set(stray.oid, { bytes: stray.bytes, usedAt: world.clock.now() });
      await until(() => world.queue.jobs.has(storeJob(stray.oid).id));
      const text = await registry.metrics();
      expect(text).toContain('ballast_objects{state="staged"} 3');
      expect(text).toMatch(/ballast_queue_rebuilt_jobs_total\{queue="store-object"\} [1-9]/);
      expect((await readiness(reconciler.probes)).status).toBe('ready');
    } finally {
      await reconciler.stop();
    }
  });

  it('shows which duty fails, does the others, and heals by itself', async () => {
    const world = new MemoryWorld();
    world.queue.available = false;
    const { oid } = await stageSample(world);
    const reconciler = await start(world);
    try {
      const states = async () => (await readiness(reconciler.probes)).checks;
      await until(() => world.outbox !== undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await states()).toMatchObject({ 'duty-relay': { ok: false }, 'duty-janitor': { ok: true } });
      world.queue.available = true;
      world.clock.advance(60_000);
      await until(() => world.queue.jobs.has(storeJob(oid).id));
      const { runJob } = jobRunner(world);
      await runJob.execute(storeJob(oid), new AbortController().signal);
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect((await readiness(reconciler.probes)).status).toBe('ready');
    } finally {
      await reconciler.stop();
    }
  });

  it('gives its leases up when it stops', async () => {
    const world = new MemoryWorld();
    const reconciler = await start(world);
    await until(() => world.database.leases.has('duty-janitor'));
    await reconciler.stop();
    expect([...world.database.leases.values()].every(({ expiresAt }) => expiresAt === 0)).toBe(true);
  });
});
