import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { stageThrough, storeJob } from '#testing/crash/job-runner.js';
import { Installation } from '#testing/infra/installation.js';
import { sampleObject } from '#testing/memory/memory-world.js';
import { storeMessages } from '#application/object-history/object-history.js';
import { readiness } from '#platform/health.js';
import { registry } from '#platform/metrics.js';
import { readSettings } from '#platform/settings.js';
import { reconcilerAdapters, type ReconcilerAdapters } from './adapters.js';
import { reconcilerSettings } from './config.js';
import { startReconciler, type Reconciler } from './reconciler.js';

const logger = pino({ level: 'silent' });

describe('the reconciler over its real adapters', () => {
  let installation: Installation;
  let adapters: ReconcilerAdapters;
  let reconciler: Reconciler;

  beforeAll(async () => {
    installation = await Installation.create();
    const settings = readSettings(reconcilerSettings, {
      ...installation.environment,
      BALLAST_COMPARE_PERIOD: '200ms',
      BALLAST_COMPARE_AFTER: '1s',
      BALLAST_JANITOR_PERIOD: '200ms',
      BALLAST_ADOPT_AFTER: '500ms',
      BALLAST_GAUGES_PERIOD: '100ms',
    });
    adapters = await reconcilerAdapters(settings, logger);
    installation.endsWith(() => adapters.close());
    reconciler = await startReconciler({ ports: adapters.ports, settings, logger });
    installation.endsWith(() => reconciler.stop());
  }, 60_000);

  afterAll(() => installation?.dispose(), 60_000);

  const stage = (size: number, seed: number, messages = storeMessages) =>
    stageThrough(adapters.ports, sampleObject(size, seed), messages);
  const queued = async (id: string): Promise<void> => {
    for (let tries = 0; (await adapters.ports.queue.missing('store-object', [id])).length > 0; tries += 1) {
      if (tries > 400) throw new Error(`${id} was not queued`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };

  it('carries messages to the queue', async () => {
    const { oid } = await stage(1_000, 1);
    await queued(storeJob(oid).id);
  }, 30_000);

  it('queues work that the queue never heard of', async () => {
    const { oid } = await stage(1_000, 2, () => []);
    await queued(storeJob(oid).id);
    expect(await registry.metrics()).toMatch(/ballast_queue_rebuilt_jobs_total\{queue="store-object"\} [1-9]/);
  }, 30_000);

  it('adopts a file that lacks its event', async () => {
    const { oid, bytes } = sampleObject(3_000, 3);
    const place = join(installation.directory, 'hot', 'objects', oid.slice(0, 2), oid.slice(2, 4));
    await mkdir(place, { recursive: true });
    await writeFile(join(place, oid), bytes);
    await queued(storeJob(oid).id);
    const objects = await adapters.ports.catalogue.objects([oid]);
    expect(objects.get(oid)).toMatchObject({ state: 'staged', sizeBytes: 3_000 });
  }, 30_000);

  it('is ready and tells the numbers of the installation', async () => {
    expect(await readiness([...adapters.probes, ...reconciler.probes])).toMatchObject({ status: 'ready' });
    expect(await registry.metrics()).toMatch(/ballast_objects\{state="staged"\} [1-9]/);
  });

  it('heals by itself after every connection to the database was cut', async () => {
    for (let round = 0; round < 3; round += 1) {
      await installation.fresh.ask(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { oid } = await stage(1_000, 4);
    await queued(storeJob(oid).id);
    for (let tries = 0; (await readiness([...adapters.probes, ...reconciler.probes])).status !== 'ready'; tries += 1) {
      if (tries > 60) throw new Error('did not heal');
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }, 30_000);
});
