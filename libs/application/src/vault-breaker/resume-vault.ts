import type { EventContext } from '#domain/event/event.js';
import type { BreakerClosed, StopCause } from '#domain/vault/vault.js';
import { BY_WORKER } from './stop-vault.js';
import type { VaultHistory } from './vault-history.js';

/**
 * Closes a breaker of the vault: the operator whichever it is, a probe only one that does not wait for a person. Parked jobs
 * go on by themselves. Idempotent; resolves with true when it was open and is closed now. Faults: `database.unavailable`.
 */
export class ResumeVault {
  constructor(private readonly history: VaultHistory) {}

  async execute(
    cause: StopCause,
    by: BreakerClosed['data']['by'],
    context: EventContext = BY_WORKER,
  ): Promise<boolean> {
    return (await this.history.record({ type: 'Resume', cause, by }, context)).length > 0;
  }
}
