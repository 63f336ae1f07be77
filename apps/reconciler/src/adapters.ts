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
import { PostgresOutbox } from '#adapters/postgres/postgres-outbox.js';
import { PostgresProjections } from '#adapters/postgres/postgres-projections.js';
import { PostgresStatistics } from '#adapters/postgres/postgres-statistics.js';
import { PostgresVaultConditions } from '#adapters/postgres/postgres-vault-conditions.js';
import { prismaClient } from '#adapters/postgres/prisma-client.js';
import { DiskHotTier } from '#adapters/staging/disk-hot-tier.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { Probe } from '#platform/health.js';
import type { Logger } from '#platform/logger.js';
import type { ReconcilerSettings } from './config.js';
import type { ReconcilerPorts } from './reconciler.module.js';

export interface ReconcilerAdapters {
  readonly ports: ReconcilerPorts;
  readonly probes: readonly Probe[];
  close(): Promise<void>;
}

/** Real adapters for every port. Rejects with `staging.unwritable` when the hot tier cannot be used at all. */
export const reconcilerAdapters = async (settings: ReconcilerSettings, logger: Logger): Promise<ReconcilerAdapters> => {
  const database = new Database(settings, logger);
  const listener = new Listener(database, logger);
  const afterCommit = new AfterCommit(database);
  const statistics = new PostgresStatistics(database);
  const pinnedBytes = async (): Promise<number> => (await statistics.read()).objects.staged.bytes;
  const hotTier = await DiskHotTier.at(settings, { pinnedBytes });
  const queue = new BullmqJobQueue(queueBackend(settings.redisUrl, settings.databaseUrl), logger);
  const ports: ReconcilerPorts = {
    catalogue: new PostgresCatalogue(database, prismaClient(database)),
    clock: new SystemClock(),
    durability: new PostgresDurability(database, afterCommit, listener),
    eventStore: new PostgresEventStore(database, afterCommit),
    hotTier,
    leases: new PostgresLeases(database),
    ledger: new PostgresJobLedger(database),
    outbox: new PostgresOutbox(database, afterCommit, listener),
    projections: new PostgresProjections(database),
    queue,
    statistics,
    vault: settings.vaultId ?? settings.vaultKind,
    vaultConditions: new PostgresVaultConditions(database, listener, settings.vaultId ?? settings.vaultKind),
  };
  return {
    ports,
    probes: [
      { name: 'database', check: () => database.check(), whenFailing: 'not-ready' },
      { name: 'queue', check: async () => void (await queue.counts()), whenFailing: 'degraded' },
      { name: 'hot-tier', check: () => hotTier.check(), whenFailing: 'degraded' },
      { name: 'projections', check: () => noneStopped(ports), whenFailing: 'degraded' },
    ],
    close: async () => {
      await queue.close();
      await listener.close();
      await database.close();
    },
  };
};

/** A projection that cannot handle an event stands still until somebody mends it. */
const noneStopped = async ({ projections }: ReconcilerPorts): Promise<void> => {
  const stopped = (await projections.status()).find(({ stoppedBy }) => stoppedBy !== null);
  if (stopped) throw new Error(`projection ${stopped.name} stopped: ${stopped.stoppedBy}`);
};
