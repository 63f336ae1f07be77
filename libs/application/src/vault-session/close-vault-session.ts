import type { VaultAccount } from '#application/ports/vault-account.js';
import type { SessionKind, VaultSessions } from '#application/ports/vault-sessions.js';
import type { VaultHistory } from '#application/vault-breaker/vault-history.js';
import type { EventContext } from '#domain/event/event.js';
import { isFault } from '#domain/fault/fault.js';
import type { SessionLease } from './session-lease.js';

export interface ClosedSession {
  /** False when there was none. */
  readonly hadSession: boolean;
  /** False when the provider could not be told: the owner can end the session on its own page. */
  readonly revoked: boolean;
}

const KINDS = ['parent', 'child'] as const satisfies readonly SessionKind[];

/**
 * Ends the session: the fleet is stopped first, then it is revoked at the provider and forgotten here. What is staged waits
 * for the next login. Idempotent. Faults: `database.unavailable`, `lease.held`.
 */
export class CloseVaultSession {
  constructor(
    private readonly sessions: VaultSessions,
    private readonly account: VaultAccount,
    private readonly history: VaultHistory,
    private readonly lease: SessionLease,
  ) {}

  async execute(context: EventContext): Promise<ClosedSession> {
    await this.history.record({ type: 'Stop', cause: 'session', detail: 'logged-out', until: null }, context);
    const ended = await this.lease.hold(async () => {
      const all = [];
      for (const kind of KINDS) all.push(await this.end(kind));
      return all.filter((one) => one !== 'none');
    });
    if (ended.length > 0) await this.history.record({ type: 'CloseSession', reason: 'logged-out' }, context);
    return { hadSession: ended.length > 0, revoked: ended.every((one) => one === 'revoked') };
  }

  /** Forgotten here even if the provider cannot be reached: who logs out wants nothing left. */
  private async end(kind: SessionKind): Promise<'none' | 'revoked' | 'left'> {
    const outcome = await this.revoke(kind);
    await this.sessions.remove(kind);
    return outcome;
  }

  private async revoke(kind: SessionKind): Promise<'none' | 'revoked' | 'left'> {
    const stored = await this.load(kind);
    if (stored === null || stored === 'unreadable') return stored === null ? 'none' : 'left';
    try {
      await this.account.revoke(stored.session);
      return 'revoked';
    } catch {
      return 'left';
    }
  }

  private async load(kind: SessionKind) {
    try {
      return await this.sessions.load(kind);
    } catch (error) {
      if (isFault(error, 'vault.keys-unusable')) return 'unreadable' as const;
      throw error;
    }
  }
}
