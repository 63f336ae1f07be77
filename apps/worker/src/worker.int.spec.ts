import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { hydrateJob, storeJob } from '#testing/crash/job-runner.js';
import { chunked, sampleObject, testContext } from '#testing/memory/memory-world.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';
import { BullmqJobQueue } from '#adapters/bullmq/bullmq-job-queue.js';
import { queueBackend } from '#adapters/bullmq/queue-backend.js';
import { ObjectHistory } from '#application/object-history/object-history.js';
import type { Oid } from '#domain/oid.js';
import { readiness } from '#platform/health.js';
import { workerAdapters, type WorkerAdapters } from './adapters.js';
import { readWorkerSettings } from './config.js';
import { startWorker, type Worker } from './worker.js';

const logger = pino({ level: 'silent' });

describe('the worker over its real adapters', () => {
  let fresh: FreshDatabase;
  let directory: string;
  let adapters: WorkerAdapters;
  let worker: Worker;
  let queue: BullmqJobQueue;

  beforeAll(async () => {
    fresh = await freshDatabase();
    directory = await mkdtemp(join(tmpdir(), 'ballast-worker-'));
    const settings = readWorkerSettings({
      BALLAST_DATABASE_URL: fresh.url,
      BALLAST_HOT_TIER_DIR: join(directory, 'hot'),
      BALLAST_VAULT_DIR: join(directory, 'vault'),
      BALLAST_HOT_TIER_FREE_FLOOR: '1MiB',
    });
    queue = new BullmqJobQueue(queueBackend(undefined, fresh.url), logger);
    adapters = await workerAdapters(settings, logger);
    worker = await startWorker(adapters.ports, settings, logger);
  }, 60_000);

  afterAll(async () => {
    await worker?.stop();
    await adapters?.close();
    await queue?.close();
    await fresh?.drop();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  const stage = async (size: number, seed: number) => {
    const { hotTier, eventStore, durability, clock } = adapters.ports;
    const sample = sampleObject(size, seed);
    const file = await hotTier.receive(sample, chunked(sample.bytes), new AbortController().signal);
    const objects = new ObjectHistory(eventStore, durability, clock);
    await objects.record({ type: 'Stage', ...file, adopted: false }, { context: testContext });
    return sample;
  };
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
    const rows = await fresh.ask<{ count: string }>(`select count(*) from events where type = 'ObjectStored'`);
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
    await rename(join(directory, 'vault'), join(directory, 'elsewhere'));
    expect(await readiness(adapters.probes)).toMatchObject({ status: 'degraded', checks: { vault: { ok: false } } });
    await rename(join(directory, 'elsewhere'), join(directory, 'vault'));
    expect(await readiness(adapters.probes)).toMatchObject({ status: 'ready' });
    expect(await readdir(directory)).toEqual(expect.arrayContaining(['hot', 'vault']));
  }, 30_000);
});
