import { FilesystemVault } from '#adapters/filesystem-vault/filesystem-vault.js';
import type { Database } from '#adapters/postgres/database.js';
import type { Listener } from '#adapters/postgres/listener.js';
import { PostgresBoundAccount } from '#adapters/postgres/postgres-bound-account.js';
import { PostgresPlacedNodes } from '#adapters/postgres/postgres-placed-nodes.js';
import { PostgresRequestBudget } from '#adapters/postgres/postgres-request-budget.js';
import { PostgresVaultConditions } from '#adapters/postgres/postgres-vault-conditions.js';
import { PostgresVaultIndex } from '#adapters/postgres/postgres-vault-index.js';
import { PostgresVaultSessions } from '#adapters/postgres/postgres-vault-sessions.js';
import { connectProtonDrive } from '#adapters/proton-drive/connect-proton-drive.js';
import type { SdkProgram } from '#adapters/proton-drive/pool/sdk-process.js';
import { EnvelopeSealer } from '#adapters/sealing/envelope-sealer.js';
import { chosenVault } from '#adapters/vault-choice/vault-settings.js';
import type { BlobStore } from '#application/ports/blob-store.js';
import type { Clock, Random } from '#application/ports/clock.js';
import type { EventStore } from '#application/ports/event-store.js';
import type { Leases } from '#application/ports/lease.js';
import type { Logger } from '#platform/logger.js';
import type { WorkerSettings } from './config.js';
import type { WatchVault } from './vault-watch.js';

export interface OpenVault {
  readonly store: BlobStore;
  /** Of a vault that others can get at; null for one that tells nothing of itself. */
  readonly watch: WatchVault | null;
  close(): Promise<void>;
}

interface SharedAdapters {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly listener: Listener;
  readonly eventStore: EventStore;
  readonly leases: Leases;
  readonly sdkProgram: SdkProgram | undefined;
}

/**
 * Opens the vault that the settings choose. A directory that cannot be used at all rejects; Proton Drive without a session
 * opens, and its calls reject with `vault.session-refused` until an operator has logged in.
 */
export const openVault = async (
  settings: WorkerSettings,
  logger: Logger,
  { clock, random, database, listener, eventStore, leases, sdkProgram: program }: SharedAdapters,
): Promise<OpenVault> => {
  const choice = chosenVault(settings);
  if (choice.kind === 'filesystem') {
    return { store: await FilesystemVault.at(choice), watch: null, close: () => Promise.resolve() };
  }
  const { vaultId } = choice;
  const ports = {
    ...{ clock, random, leases, events: eventStore },
    bound: new PostgresBoundAccount(database, vaultId),
    budget: new PostgresRequestBudget(database, vaultId, settings.protonRequestsPerSecond),
    conditions: new PostgresVaultConditions(database, listener, vaultId),
    index: new PostgresVaultIndex(database, vaultId),
    sessions: new PostgresVaultSessions(database, new EnvelopeSealer(settings.vaultKeys), vaultId),
  };
  const connected = connectProtonDrive(ports, { vault: vaultId, settings, logger, program });
  const placed = new PostgresPlacedNodes(database, vaultId);
  return {
    store: connected.vault,
    watch: (tools) => connected.watch({ ...tools, placed }),
    close: () => connected.close(),
  };
};
