import type { EventContext } from '#domain/event/event.js';
import type { StopCause } from '#domain/vault/vault.js';
import type { VaultHistory } from './vault-history.js';

export interface StopOrder {
  readonly cause: StopCause;
  /** Closed vocabulary or an API code, never free text of a server. */
  readonly detail: string;
  /** When a probe may be made; null waits for the operator. */
  readonly until: Date | null;
}

/**
 * Opens a breaker of the vault for the whole fleet, or moves one that is open to a later time. Idempotent: a hundred
 * processes that say the same at once make one event. Resolves with true when something was written.
 * Faults: `database.unavailable`.
 */
export class StopVault {
  constructor(private readonly history: VaultHistory) {}

  async execute({ cause, detail, until }: StopOrder, context: EventContext = BY_WORKER): Promise<boolean> {
    const command = { type: 'Stop', cause, detail, until: until?.toISOString() ?? null } as const;
    return (await this.history.record(command, context)).length > 0;
  }
}

/** Who stops a vault when nobody asked for it. */
export const BY_WORKER: EventContext = {
  correlationId: 'vault-breaker',
  causationId: null,
  actor: 'service:worker',
  traceparent: null,
};
