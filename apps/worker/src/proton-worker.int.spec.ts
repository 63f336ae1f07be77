import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { stageThrough, storeJob } from '#testing/crash/job-runner.js';
import { Installation } from '#testing/infra/installation.js';
import { sampleObject } from '#testing/memory/memory-world.js';
import { sdkProgram } from '#testing/rpc/sdk-program.js';
import { BullmqJobQueue } from '#adapters/bullmq/bullmq-job-queue.js';
import { queueBackend } from '#adapters/bullmq/queue-backend.js';
import { readiness } from '#platform/health.js';
import { workerAdapters, type WorkerAdapters } from './adapters.js';
import { readWorkerSettings } from './config.js';
import { startWorker } from './worker.js';

const logger = pino({ level: 'silent' });

describe('the worker whose vault is Proton Drive, with nobody logged in', () => {
  let installation: Installation;
  let adapters: WorkerAdapters;
  let queue: BullmqJobQueue;

  beforeAll(async () => {
    installation = await Installation.create();
    const settings = readWorkerSettings({
      ...installation.environment,
      BALLAST_VAULT: 'proton-drive',
      BALLAST_VAULT_KEYS: `spec:${randomBytes(32).toString('base64')}`,
      // Nobody is there: what is sent nevertheless fails otherwise.
      BALLAST_PROTON_URL: 'http://127.0.0.1:9',
      BALLAST_PROTON_DEVELOPMENT: 'true',
      BALLAST_PROTON_PROCESSES: '1',
    });
    queue = new BullmqJobQueue(queueBackend(undefined, installation.fresh.url), logger);
    installation.endsWith(() => queue.close());
    adapters = await workerAdapters(settings, logger, sdkProgram);
    installation.endsWith(() => adapters.close());
    const worker = await startWorker(adapters.ports, settings, logger);
    installation.endsWith(() => worker.stop());
  }, 60_000);

  afterAll(() => installation?.dispose(), 60_000);

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
    const { fresh } = installation;
    const sample = await stageThrough(adapters.ports, sampleObject(10_000, 1), () => []);
    await queue.add([storeJob(sample.oid)]);
    const tried = () => fresh.ask<{ attempts: number; errors: unknown[] }>('select attempts, errors from job_attempts');
    let rows = await tried();
    for (let tries = 0; (rows[0]?.errors.length ?? 0) === 0; tries += 1) {
      if (tries > 200) throw new Error('not tried');
      await delay(50);
      rows = await tried();
    }
    expect(rows).toMatchObject([{ attempts: 0, errors: [{ code: 'vault.session-refused' }] }]);
    expect((await adapters.ports.catalogue.objects([sample.oid])).get(sample.oid)).toMatchObject({ state: 'staged' });
    expect(await fresh.ask('select 1 from dead_letters')).toEqual([]);
  }, 30_000);
});
