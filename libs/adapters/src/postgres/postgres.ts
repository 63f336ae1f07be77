import type { Logger } from '#platform/logger.js';
import type { SettingsOf } from '#platform/settings.js';
import { AfterCommit } from './after-commit.js';
import { Database } from './database.js';
import { Listener } from './listener.js';
import { PostgresCatalogue } from './postgres-catalogue.js';
import { PostgresDurability } from './postgres-durability.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { PostgresInventory } from './postgres-inventory.js';
import { PostgresJobLedger } from './postgres-job-ledger.js';
import { PostgresLeases } from './postgres-leases.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { PostgresProjections } from './postgres-projections.js';
import type { postgresSettings } from './postgres-settings.js';
import { PostgresStatistics } from './postgres-statistics.js';
import { PostgresTokens } from './postgres-tokens.js';
import { PostgresVaultConditions } from './postgres-vault-conditions.js';
import { prismaClient } from './prisma-client.js';

/** Every port that PostgreSQL implements, over one pool of connections. */
export interface Postgres {
  readonly database: Database;
  readonly events: PostgresEventStore;
  readonly outbox: PostgresOutbox;
  readonly leases: PostgresLeases;
  readonly catalogue: PostgresCatalogue;
  readonly tokens: PostgresTokens;
  readonly ledger: PostgresJobLedger;
  readonly durability: PostgresDurability;
  readonly projections: PostgresProjections;
  readonly inventory: PostgresInventory;
  readonly statistics: PostgresStatistics;
  /** Of the vault of that id. */
  vaultConditions(vault: string): PostgresVaultConditions;
  close(): Promise<void>;
}

/** Connects lazily: a database that is away fails requests (`database.unavailable`), not the start. */
export const openPostgres = (settings: SettingsOf<typeof postgresSettings>, logger: Logger): Postgres => {
  const database = new Database(settings, logger);
  const afterCommit = new AfterCommit(database);
  const listener = new Listener(database, logger);
  const prisma = prismaClient(database);
  return {
    database,
    events: new PostgresEventStore(database, afterCommit),
    outbox: new PostgresOutbox(database, afterCommit, listener),
    leases: new PostgresLeases(database),
    catalogue: new PostgresCatalogue(database, prisma),
    tokens: new PostgresTokens(prisma),
    ledger: new PostgresJobLedger(database),
    durability: new PostgresDurability(database, afterCommit, listener),
    projections: new PostgresProjections(database),
    inventory: new PostgresInventory(prisma),
    statistics: new PostgresStatistics(database),
    vaultConditions: (vault) => new PostgresVaultConditions(database, listener, vault),
    close: async () => {
      await listener.close();
      await prisma.$disconnect();
      await database.close();
    },
  };
};
