import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { hydrateJob, stageThrough, storeJob } from '#testing/crash/job-runner.js';
import { Installation } from '#testing/infra/installation.js';
import { sampleObject } from '#testing/memory/memory-world.js';
import { BullmqJobQueue } from '#adapters/bullmq/bullmq-job-queue.js';
import { queueBackend } from '#adapters/bullmq/queue-backend.js';
import type { Oid } from '#domain/oid.js';
import { readiness } from '#platform/health.js';
import { workerAdapters, type WorkerAdapters } from './adapters.js';
import { readWorkerSettings } from './config.js';
import { startWorker } from './worker.js';

const logger = pino({ level: 'silent' });

describe('the worker over its real adapters', () => {
  let installation: Installation;
  let adapters: WorkerAdapters;
  let queue: BullmqJobQueue;

  beforeAll(async () => {
    installation = await Installation.create();
    const { environment, directory, fresh } = installation;
    const settings = readWorkerSettings({ ...environment, BALLAST_VAULT_DIR: join(directory, 'vault') });
    queue = new BullmqJobQueue(queueBackend(undefined, fresh.url), logger);
    installation.endsWith(() => queue.close());
    adapters = await workerAdapters(settings, logger);
    installation.endsWith(() => adapters.close());
    const worker = await startWorker(adapters.ports, settings, logger);
    installation.endsWith(() => worker.stop());
  }, 60_000);

  afterAll(() => installation?.dispose(), 60_000);

  const stage = (size: number, seed: number) => stageThrough(adapters.ports, sampleObject(size, seed), () => []);
  const settled = (oids: readonly Oid[]) =>
    adapters.ports.durability.settled(oids, 20_000, new AbortController().signal);
  const stateOf = async (oid: Oid) => (await adapters.ports.catalogue.objects([oid])).get(oid);

  it('stores what is queued, once, however often it is queued', async () => {
    const samples = await Promise.all([stage(0, 1), stage(1, 2), stage(70_000, 3), stage(400_000, 4)]);
    const oids = samples.map(({ oid }) => oid);
    await queue.add(oids.map((oid) => storeJob(oid)));
    expect(await settled(oids)).toBe(true);
    await queue.add(oids.map((oid) => storeJob(oid)));
    for (const { oid, size } of samples) {
      expect(await stateOf(oid)).toMatchObject({ state: 'stored', sizeBytes: size, generation: 1 });
      expect(await adapters.ports.catalogue.placements(oid)).toHaveLength(1);
    }
    const rows = await installation.fresh.ask<{ count: string }>(
      `select count(*) from events where type = 'ObjectStored'`,
    );
    expect(rows).toEqual([{ count: '4' }]);
  }, 30_000);

  it('brings a cold object back', async () => {
    const sample = await stage(300_000, 5);
    await queue.add([storeJob(sample.oid)]);
    expect(await settled([sample.oid])).toBe(true);
    const { hotTier } = adapters.ports;
    await hotTier.evict(sample.oid);
    await queue.add([hydrateJob(sample.oid)]);
    for (let tries = 0; !(await hotTier.holds([sample.oid])).has(sample.oid); tries += 1) {
      if (tries > 400) throw new Error('not hydrated');
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const file = await hotTier.rehash(sample.oid, new AbortController().signal);
    expect(file).toMatchObject({ oid: sample.oid, sizeBytes: sample.size });
  }, 30_000);

  it('gives up an object whose staged bytes are gone, and says so to clients', async () => {
    const { oid } = await stage(5_000, 6);
    await adapters.ports.hotTier.evict(oid);
    await queue.add([storeJob(oid)]);
    expect(await settled([oid])).toBe(true);
    expect(await stateOf(oid)).toMatchObject({ state: 'failed', failure: 'staging.lost' });
  }, 30_000);

  it('is ready, and degraded while its vault is away', async () => {
    expect(await readiness(adapters.probes)).toMatchObject({ status: 'ready' });
    const { directory } = installation;
    await rename(join(directory, 'vault'), join(directory, 'elsewhere'));
    expect(await readiness(adapters.probes)).toMatchObject({ status: 'degraded', checks: { vault: { ok: false } } });
    await rename(join(directory, 'elsewhere'), join(directory, 'vault'));
    expect(await readiness(adapters.probes)).toMatchObject({ status: 'ready' });
    expect(await readdir(directory)).toEqual(expect.arrayContaining(['hot', 'vault']));
  }, 30_000);
});
