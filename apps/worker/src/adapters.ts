import { BullmqJobConsumer } from '#adapters/bullmq/bullmq-job-consumer.js';
import { BullmqJobQueue } from '#adapters/bullmq/bullmq-job-queue.js';
import { queueBackend } from '#adapters/bullmq/queue-backend.js';
import { AfterCommit } from '#adapters/postgres/after-commit.js';
import { Database } from '#adapters/postgres/database.js';
import { Listener } from '#adapters/postgres/listener.js';
import { PostgresCatalogue } from '#adapters/postgres/postgres-catalogue.js';
import { PostgresDurability } from '#adapters/postgres/postgres-durability.js';
import { PostgresEventStore } from '#adapters/postgres/postgres-event-store.js';
import { PostgresJobLedger } from '#adapters/postgres/postgres-job-ledger.js';
import { PostgresLeases } from '#adapters/postgres/postgres-leases.js';
import { prismaClient } from '#adapters/postgres/prisma-client.js';
import type { SdkProgram } from '#adapters/proton-drive/pool/sdk-process.js';
import { DiskHotTier } from '#adapters/staging/disk-hot-tier.js';
import { SystemClock, SystemRandom } from '#adapters/system/system-clock.js';
import type { Probe } from '#platform/health.js';
import type { Logger } from '#platform/logger.js';
import type { WorkerSettings } from './config.js';
import { openVault } from './open-vault.js';
import { vaultOf } from './vault.js';
import type { WorkerPorts } from './worker.module.js';

export interface WorkerAdapters {
  readonly ports: WorkerPorts;
  readonly probes: readonly Probe[];
  close(): Promise<void>;
}

/**
 * Real adapters for every port. Rejects with `staging.unwritable` or a fault of the vault when their directories cannot be
 * used at all: a worker without them could only fail what it takes. `sdkProgram` is for specs, which run from source.
 */
export const workerAdapters = async (
  settings: WorkerSettings,
  logger: Logger,
  sdkProgram?: SdkProgram,
): Promise<WorkerAdapters> => {
  const hotTier = await DiskHotTier.at(settings);
  const database = new Database(settings, logger);
  const listener = new Listener(database, logger);
  const afterCommit = new AfterCommit(database);
  const backend = queueBackend(settings.redisUrl, settings.databaseUrl);
  const queue = new BullmqJobQueue(backend, logger);
  const [clock, random] = [new SystemClock(), new SystemRandom()];
  const [eventStore, leases] = [new PostgresEventStore(database, afterCommit), new PostgresLeases(database)];
  const opened = await openVault(settings, logger, {
    ...{ clock, random, database, listener, eventStore, leases, sdkProgram },
  });
  const vault = vaultOf(opened.store, settings.vaultTransfersMax);
  const ports: WorkerPorts = {
    catalogue: new PostgresCatalogue(database, prismaClient(database)),
    clock,
    consumer: new BullmqJobConsumer(backend, logger),
    durability: new PostgresDurability(database, afterCommit, listener),
    eventStore,
    hotTier,
    leases,
    ledger: new PostgresJobLedger(database),
    random,
    vault,
    watchVault: opened.watch,
  };
  return {
    ports,
    probes: [
      { name: 'database', check: () => database.check(), whenFailing: 'not-ready' },
      { name: 'hot-tier', check: () => hotTier.check(), whenFailing: 'not-ready' },
      { name: 'queue', check: async () => void (await queue.counts()), whenFailing: 'degraded' },
      { name: 'vault', check: (signal) => vault.check(signal), whenFailing: 'degraded' },
    ],
    close: async () => {
      await opened.close();
      await queue.close();
      await listener.close();
      await database.close();
    },
  };
};
