import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { storeJob } from '#testing/crash/job-runner.js';
import { chunked, sampleObject, testContext } from '#testing/memory/memory-world.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';
import { sdkProgram } from '#testing/rpc/sdk-program.js';
import { BullmqJobQueue } from '#adapters/bullmq/bullmq-job-queue.js';
import { queueBackend } from '#adapters/bullmq/queue-backend.js';
import { ObjectHistory } from '#application/object-history/object-history.js';
import { readiness } from '#platform/health.js';
import { workerAdapters, type WorkerAdapters } from './adapters.js';
import { readWorkerSettings } from './config.js';
import { startWorker, type Worker } from './worker.js';

const logger = pino({ level: 'silent' });

describe('the worker whose vault is Proton Drive, with nobody logged in', () => {
  let fresh: FreshDatabase;
  let directory: string;
  let adapters: WorkerAdapters;
  let worker: Worker;
  let queue: BullmqJobQueue;

  beforeAll(async () => {
    fresh = await freshDatabase();
    directory = await mkdtemp(join(tmpdir(), 'ballast-proton-worker-'));
    const settings = readWorkerSettings({
      BALLAST_DATABASE_URL: fresh.url,
      BALLAST_HOT_TIER_DIR: join(directory, 'hot'),
      BALLAST_HOT_TIER_FREE_FLOOR: '1MiB',
      BALLAST_VAULT: 'proton-drive',
      BALLAST_VAULT_KEYS: `spec:${randomBytes(32).toString('base64')}`,
      // Nobody is there: what is sent nevertheless fails otherwise.
      BALLAST_PROTON_URL: 'http://127.0.0.1:9',
      BALLAST_PROTON_DEVELOPMENT: 'true',
      BALLAST_PROTON_PROCESSES: '1',
    });
    queue = new BullmqJobQueue(queueBackend(undefined, fresh.url), logger);
    adapters = await workerAdapters(settings, logger, sdkProgram);
    worker = await startWorker(adapters.ports, settings, logger);
  }, 60_000);

  afterAll(async () => {
    await worker?.stop();
    await adapters?.close();
    await queue?.close();
    await fresh?.drop();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  it('starts, is degraded and says why', async () => {
    for (let tries = 0; ; tries += 1) {
      const { status, checks } = await readiness(adapters.probes);
      expect(status).toBe('degraded');
      const reason = checks['vault']?.reason ?? '';
      if (reason.startsWith('vault.session-refused')) break;
      if (tries > 20) throw new Error(`it says: ${reason}`);
      await delay(250);
    }
  }, 30_000);

  it('parks its jobs: none is counted as tried, and none is given up', async () => {
    const { hotTier, eventStore, durability, clock, catalogue } = adapters.ports;
    const sample = sampleObject(10_000, 1);
    const file = await hotTier.receive(sample, chunked(sample.bytes), new AbortController().signal);
    const objects = new ObjectHistory(eventStore, durability, clock);
    await objects.record({ type: 'Stage', ...file, adopted: false }, { context: testContext });
    await queue.add([storeJob(sample.oid)]);
    const tried = () => fresh.ask<{ attempts: number; errors: unknown[] }>('select attempts, errors from job_attempts');
    let rows = await tried();
    for (let tries = 0; (rows[0]?.errors.length ?? 0) === 0; tries += 1) {
      if (tries > 200) throw new Error('not tried');
      await delay(50);
      rows = await tried();
    }
    expect(rows).toMatchObject([{ attempts: 0, errors: [{ code: 'vault.session-refused' }] }]);
    expect((await catalogue.objects([sample.oid])).get(sample.oid)).toMatchObject({ state: 'staged' });
    expect(await fresh.ask('select 1 from dead_letters')).toEqual([]);
  }, 30_000);
});
