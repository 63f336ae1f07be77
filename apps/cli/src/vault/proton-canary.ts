import { PostgresBoundAccount } from '#adapters/postgres/postgres-bound-account.js';
import { PostgresRequestBudget } from '#adapters/postgres/postgres-request-budget.js';
import { PostgresVaultConditions } from '#adapters/postgres/postgres-vault-conditions.js';
import { PostgresVaultIndex } from '#adapters/postgres/postgres-vault-index.js';
import { connectProtonDrive, type ProtonDriveOptions } from '#adapters/proton-drive/connect-proton-drive.js';
import type { Leases } from '#application/ports/lease.js';
import type { VaultSessions } from '#application/ports/vault-sessions.js';
import { createLogger } from '#platform/logger.js';
import { flyCanary, type CanaryResult } from './canary.js';
import type { VaultTools } from './vault-tools.js';

/** Through the vault as a worker opens it, with one process of the SDK, under the fleet's budget and breakers. */
export const canaryInProton = async (
  { database, listener, ...ports }: VaultTools & { readonly leases: Leases; readonly sessions: VaultSessions },
  { vault, settings }: Pick<ProtonDriveOptions, 'vault' | 'settings'>,
  progress: (step: string) => void,
): Promise<CanaryResult> => {
  const connected = connectProtonDrive(
    {
      ...ports,
      bound: new PostgresBoundAccount(database, vault),
      budget: new PostgresRequestBudget(database, vault, settings.protonRequestsPerSecond),
      conditions: new PostgresVaultConditions(database, listener, vault),
      index: new PostgresVaultIndex(database, vault),
    },
    // Commands tell of failures themselves.
    { vault, settings: { ...settings, protonProcesses: 1 }, logger: createLogger('cli', { logLevel: 'silent' }) },
  );
  try {
    return await flyCanary(connected.vault, progress);
  } finally {
    await connected.close();
  }
};
