import type { AccountIdentity, BoundAccount } from '#application/ports/bound-account.js';
import type { VaultAccount } from '#application/ports/vault-account.js';
import type { VaultSession } from '#application/ports/vault-sessions.js';
import { judgeAccount } from '#application/vault-session/judge-account.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { DriveHost, SessionTokens } from '../drive-host.js';
import { observedCall } from './observed-call.js';
import type { SessionKeeper } from './session-keeper.js';
import type { SessionBreaker } from './session-stops.js';

export interface GuardTools {
  readonly gate: Pick<DriveHost, 'permit' | 'observed'>;
  readonly breaker: Pick<SessionBreaker, 'stop'>;
}

const OP = 'GET drive/shares/my-files';
const PATIENCE_MS = 60_000;

/**
 * Gives out the tokens of a session only once it is known to be of the account that holds the objects: in another one they
 * would all seem to be gone. One call for each session (a login, a fork) in each process, through the gate. A session of
 * another account opens the stop `session` with the detail `other-account`; a login to the right one closes it. A process
 * that began with one account never goes on with another one, whose keys its SDK does not have. Faults: `vault.other-account`,
 * those of the keeper and of the gate.
 */
export class AccountGuard implements Pick<DriveHost, 'tokens' | 'keyPassword'> {
  /** Session that was looked at last, and what came of it. */
  private seen: { readonly uid: string; readonly refusal: Fault | null } | null = null;
  private looking: Promise<void> | null = null;
  private began: string | null = null;

  constructor(
    private readonly keeper: Pick<SessionKeeper, 'session' | 'keyPassword'>,
    private readonly account: Pick<VaultAccount, 'volume' | 'identify'>,
    private readonly bound: BoundAccount,
    private readonly tools: GuardTools,
  ) {}

  async tokens(refused: string | null): Promise<SessionTokens> {
    for (;;) {
      const session = await this.keeper.session(refused);
      const { uid, accessToken } = session;
      if (this.seen?.uid === uid) {
        if (this.seen.refusal !== null) throw this.seen.refusal;
        return { uid, accessToken };
      }
      this.looking ??= this.look(session).finally(() => (this.looking = null));
      await this.looking;
    }
  }

  keyPassword(): Promise<string> {
    return this.keeper.keyPassword();
  }

  private async look(session: VaultSession): Promise<void> {
    const bound = await this.bound.load();
    const identity = await this.identityOf(session, bound);
    const { volume } = identity;
    const holdsElsewhere = await this.bound.holdsElsewhere(volume);
    const verdict = judgeAccount(identity, { bound, holdsElsewhere });
    if (verdict !== 'own') {
      await this.tools.breaker.stop('session', 'other-account');
      // Not kept: who closes the stop by hand has it looked at again, and opened again.
      throw new Fault('vault.other-account', { reason: verdict });
    }
    if (this.began !== null && this.began !== volume) {
      this.seen = { uid: session.uid, refusal: new Fault('vault.other-account', { reason: 'restart' }) };
      return;
    }
    if (volume !== null && bound?.volume !== volume) await this.bound.bind(identity);
    this.began = volume;
    this.seen = { uid: session.uid, refusal: null };
  }

  /** A token that ended just now is renewed once, as for any other request. */
  private async identityOf(session: VaultSession, bound: AccountIdentity | null): Promise<AccountIdentity> {
    try {
      return await this.ask(session, bound);
    } catch (error) {
      if (!isFault(error, 'vault.session-refused') || error.facts['reason'] !== 'access-token') throw error;
      return this.ask(await this.keeper.session(session.accessToken), bound);
    }
  }

  private async ask(session: VaultSession, bound: AccountIdentity | null): Promise<AccountIdentity> {
    const { gate } = this.tools;
    const patience = AbortSignal.timeout(PATIENCE_MS);
    await gate.permit(patience).catch((error: unknown) => {
      throw patience.aborted ? new Fault('vault.throttled', { reason: 'no-turn' }) : error;
    });
    // Who it is matters only where the vault was bound to somebody who had no volume yet.
    const isBoundToUser = bound !== null && bound.volume === null;
    return observedCall(gate, OP, async () =>
      isBoundToUser ? this.account.identify(session) : { user: null, volume: await this.account.volume(session) },
    );
  }
}
