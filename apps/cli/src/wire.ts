import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { BullmqJobQueue } from '#adapters/bullmq/bullmq-job-queue.js';
import { queueBackend } from '#adapters/bullmq/queue-backend.js';
import { queueSettings } from '#adapters/bullmq/queue-settings.js';
import { AfterCommit } from '#adapters/postgres/after-commit.js';
import { Database } from '#adapters/postgres/database.js';
import { Listener } from '#adapters/postgres/listener.js';
import { Migrator } from '#adapters/postgres/migrator.js';
import { PostgresCatalogue } from '#adapters/postgres/postgres-catalogue.js';
import { PostgresEventStore } from '#adapters/postgres/postgres-event-store.js';
import { PostgresInventory } from '#adapters/postgres/postgres-inventory.js';
import { PostgresJobLedger } from '#adapters/postgres/postgres-job-ledger.js';
import { PostgresOutbox } from '#adapters/postgres/postgres-outbox.js';
import { PostgresProjections } from '#adapters/postgres/postgres-projections.js';
import { postgresSettings } from '#adapters/postgres/postgres-settings.js';
import { PostgresTokens } from '#adapters/postgres/postgres-tokens.js';
import { PostgresVaultConditions } from '#adapters/postgres/postgres-vault-conditions.js';
import { prismaClient } from '#adapters/postgres/prisma-client.js';
import { HmacTokenCodec } from '#adapters/signing/hmac-token-codec.js';
import { tokenSettings } from '#adapters/signing/signing-settings.js';
import { SystemClock, SystemRandom } from '#adapters/system/system-clock.js';
import { vaultSettings } from '#adapters/vault-choice/vault-settings.js';
import { CreateRepository } from '#application/create-repository/create-repository.js';
import { ExplainObject } from '#application/explain-object/explain-object.js';
import { IssueToken } from '#application/issue-token/issue-token.js';
import { RevokeToken } from '#application/issue-token/revoke-token.js';
import { DropDeadLetters } from '#application/redrive/drop-dead-letters.js';
import { RedriveDeadLetters } from '#application/redrive/redrive-dead-letters.js';
import { ReportStatus } from '#application/report-status/report-status.js';
import type { EventContext } from '#domain/event/event.js';
import { createLogger } from '#platform/logger.js';
import { readSettings } from '#platform/settings.js';
import type { Environment } from './stack/stack-settings.js';
import { openHotTier, openVault } from './storage.js';
import { wireVault, type VaultWire } from './vault/vault-wire.js';
import type { Wire } from './world.js';

/** Commands tell of failures themselves; what adapters log beside would only be noise. */
const logger = createLogger('cli', { logLevel: 'silent' });

/** The real thing. Parts that only some commands need are opened when they are asked for. */
export const wire = (environment: Environment): Wire => {
  const database = new Database(readSettings(postgresSettings, environment), logger);
  const { databaseUrl } = database.settings;
  const { redisUrl } = readSettings(queueSettings, environment);
  const afterCommit = new AfterCommit(database);
  const listener = new Listener(database, logger);
  const prisma = prismaClient(database);
  const queue = new BullmqJobQueue(queueBackend(redisUrl, databaseUrl), logger);
  const events = new PostgresEventStore(database, afterCommit);
  const outbox = new PostgresOutbox(database, afterCommit, listener);
  const catalogue = new PostgresCatalogue(database, prisma);
  const inventory = new PostgresInventory(prisma);
  const ledger = new PostgresJobLedger(database);
  const projections = new PostgresProjections(database);
  const [clock, random] = [new SystemClock(), new SystemRandom()];
  const hotTier = () => openHotTier(environment, inventory);
  let proton: VaultWire | null | undefined;
  const vaultWire = (): VaultWire | null =>
    proton === undefined ? (proton = wireVault(environment, { database, listener, events, clock, random })) : proton;
  const vault = () => openVault(environment, vaultWire());
  const stops = () => new PostgresVaultConditions(database, listener, vaultName(environment)).stops();
  return {
    database,
    inventory,
    ledger,
    projections,
    tokens: new PostgresTokens(prisma),
    migrator: new Migrator(databaseUrl),
    publicUrl: environment['BALLAST_PUBLIC_URL'] || null,
    createRepository: new CreateRepository(events, catalogue, clock, random),
    revokeToken: new RevokeToken(events, clock),
    redrive: new RedriveDeadLetters(ledger, events, outbox, clock),
    drop: new DropDeadLetters(ledger),
    explainObject: new ExplainObject(events, inventory, ledger, {
      holds: async (oids) => (await hotTier()).holds(oids),
    }),
    reportStatus: new ReportStatus(inventory, { outbox, queue, ledger }, projections, { hotTier, vault, stops }),
    get vault(): VaultWire | null {
      return vaultWire();
    },
    /** Issuing needs the pepper, which only the gateway and whoever issues tokens have to know. */
    get issueToken(): IssueToken {
      const codec = new HmacTokenCodec(readSettings(tokenSettings, environment).tokenPepper);
      return new IssueToken(events, codec, clock, random);
    },
    context: operatorContext,
    close: async (): Promise<void> => {
      await Promise.allSettled([queue.close(), listener.close(), prisma.$disconnect()]);
      await database.close();
    },
  };
};

const vaultName = (environment: Environment): string => {
  const { vaultKind, vaultId } = vaultSettings;
  const settings = readSettings({ vaultKind, vaultId }, environment);
  return settings.vaultId ?? settings.vaultKind;
};

const operatorContext = (): EventContext => ({
  correlationId: randomUUID(),
  causationId: null,
  actor: `operator:${userName()}`,
  traceparent: null,
});

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // a user id without an account, as in containers
  }
};
