import type { AccountIdentity, BoundAccount } from '#application/ports/bound-account.js';
import type { AccountSpace, VaultAccount } from '#application/ports/vault-account.js';
import type { SessionKind, StoredSession, VaultSession, VaultSessions } from '#application/ports/vault-sessions.js';
import type { VaultHistory } from '#application/vault-breaker/vault-history.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { EventContext } from '#domain/event/event.js';
import type { SessionOpened } from '#domain/vault/vault.js';
import { judgeAccount } from './judge-account.js';
import type { SessionLease } from './session-lease.js';

export interface OpenedSession {
  /** False when the provider permits no child: then this one session does the work, and a crash may cost a login. */
  readonly hasParent: boolean;
  readonly space: AccountSpace;
}

/** What is kept here of the vault's account. */
export interface KeptOfAccount {
  readonly sessions: VaultSessions;
  readonly bound: BoundAccount;
}

export interface LoginOrder {
  readonly way: SessionOpened['data']['way'];
  /** An operator leaves the account that holds the objects, for good. */
  readonly otherAccount: boolean;
}

/**
 * Takes over a session that a login gave: checks that it unlocks the account and that this is the one which holds the objects,
 * forks the child that will do the work, stores both in place of what was there, and closes the breakers that only a login can
 * close. The sessions of an earlier login are ended at the provider. When it cannot be stored, the new session is ended as well,
 * so that none is left that nobody knows.
 */
export class OpenVaultSession {
  constructor(
    private readonly kept: KeptOfAccount,
    private readonly account: VaultAccount,
    private readonly history: VaultHistory,
    private readonly lease: SessionLease,
  ) {}

  /**
   * Faults: `vault.other-account`, those of VaultAccount.fork but `vault.refused`, `database.unavailable`, `vault.keys-unusable`,
   * `lease.held`.
   */
  async execute(
    session: VaultSession,
    { way, otherAccount }: LoginOrder,
    context: EventContext,
  ): Promise<OpenedSession> {
    const { before, ...opened } = await this.keep(session, otherAccount).catch(async (error: unknown) => {
      await this.account.revoke(session).catch(() => undefined);
      throw error;
    });
    await this.history.record({ type: 'OpenSession', way }, context);
    for (const old of before) await this.account.revoke(old.session).catch(() => undefined);
    return opened;
  }

  private async keep(session: VaultSession, otherAccount: boolean) {
    // What cannot unlock the account must not take the place of what perhaps can.
    const space = await this.account.check(session);
    const identity = await this.account.identify(session);
    if (!otherAccount) await this.refuseOther(identity);
    const child = await this.childOf(session);
    const before = await this.lease.hold(async () => {
      // The parent ends its children, so it goes first when the old ones are revoked.
      const old = [await this.existing('parent'), await this.existing('child')].filter((stored) => stored !== null);
      await this.kept.bound.bind(identity);
      await this.kept.sessions.remove('parent');
      await this.put('child', child ?? session);
      if (child !== null) await this.put('parent', session);
      return old;
    });
    return { before, hasParent: child !== null, space };
  }

  private async refuseOther(identity: AccountIdentity): Promise<void> {
    const { bound } = this.kept;
    const holdsElsewhere = await bound.holdsElsewhere(identity.volume);
    const verdict = judgeAccount(identity, { bound: await bound.load(), holdsElsewhere });
    if (verdict !== 'own') throw new Fault('vault.other-account', { reason: verdict });
  }

  private async childOf(session: VaultSession): Promise<VaultSession | null> {
    try {
      return await this.account.fork(session);
    } catch (error) {
      if (isFault(error, 'vault.refused')) return null;
      throw error;
    }
  }

  private async put(kind: SessionKind, session: VaultSession): Promise<void> {
    await this.kept.sessions.remove(kind);
    if ((await this.kept.sessions.replace(kind, session, null)) === null) {
      throw new Fault('lease.held', { entity: 'vault-session' });
    }
  }

  /** One that cannot be opened for want of its key is replaced like any other. */
  private async existing(kind: SessionKind): Promise<StoredSession | null> {
    try {
      return await this.kept.sessions.load(kind);
    } catch (error) {
      if (isFault(error, 'vault.keys-unusable')) return null;
      throw error;
    }
  }
}
