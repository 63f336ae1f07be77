import { VaultConditions } from '#application/ports/vault-conditions.js';
import { evolveVault, initialVault, vaultStream, type Stop, type VaultEvent } from '#domain/vault/vault.js';
import type { MemoryDatabase } from './memory-database.js';

/** What the events of a vault say at this moment. */
export class MemoryVaultConditions extends VaultConditions {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly vault = 'memory',
  ) {
    super();
  }

  override async stops(): Promise<readonly Stop[]> {
    await Promise.resolve();
    const events = this.database.events.filter(({ stream }) => stream === vaultStream(this.vault));
    return [...(events as unknown as readonly VaultEvent[]).reduce(evolveVault, initialVault).values()];
  }
}
