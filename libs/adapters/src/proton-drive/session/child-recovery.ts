import type { VaultAccount } from '#application/ports/vault-account.js';
import type { StoredSession, VaultSession, VaultSessions } from '#application/ports/vault-sessions.js';
import { isFault } from '#domain/fault/fault.js';
import type { SessionStops } from './session-stops.js';

/**
 * Has the parent session give birth to a new child once the old one is refused for good. The parent's own tokens are only
 * renewed for that, so that hardly anything can burn them. Faults: `vault.session-refused` after the fleet was stopped, and
 * those of VaultAccount.
 */
export class ChildRecovery {
  constructor(
    private readonly sessions: VaultSessions,
    private readonly account: Pick<VaultAccount, 'fork' | 'refresh'>,
    private readonly stops: SessionStops,
    private readonly now: () => Date,
  ) {}

  async fork(): Promise<VaultSession> {
    const parent = await this.sessions.load('parent');
    if (parent === null) return this.stops.ended('child-refused');
    try {
      return await this.forkFrom(parent);
    } catch (error) {
      if (isFault(error, 'vault.session-refused')) return this.stops.ended('parent-refused');
      if (isFault(error, 'vault.refused')) return this.stops.ended('fork-refused');
      throw error;
    }
  }

  private async forkFrom(parent: StoredSession): Promise<VaultSession> {
    const { accessExpiresAt } = parent.session;
    if (accessExpiresAt !== null && new Date(accessExpiresAt) <= this.now()) {
      return this.account.fork(await this.renewed(parent));
    }
    try {
      return await this.account.fork(parent.session);
    } catch (error) {
      if (!isFault(error, 'vault.session-refused')) throw error;
      return this.account.fork(await this.renewed(parent));
    }
  }

  private async renewed(parent: StoredSession): Promise<VaultSession> {
    const fresh = await this.account.refresh(parent.session);
    const kept = await this.sessions.replace('parent', fresh, parent.version);
    // Not ours any more: somebody has logged in meanwhile, and that is the one to use.
    return kept?.session ?? (await this.sessions.load('parent'))?.session ?? fresh;
  }
}
