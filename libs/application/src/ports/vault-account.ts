import type { AccountIdentity } from './bound-account.js';
import type { VaultSession } from './vault-sessions.js';

/** A login that the account's owner finishes elsewhere: on a page of the provider, on any device. */
export interface ForkLogin {
  /** Holds a secret in its fragment: for the operator's eyes only. */
  readonly url: string;
  readonly code: string;
  /** Null until the owner has agreed; to be asked every few seconds. Gives the session once. */
  take(): Promise<VaultSession | null>;
}

/** What a login with a password may have to know; each is asked for only when the provider wants it, and once. */
export interface LoginAnswers {
  username(): Promise<string>;
  password(): Promise<string>;
  /** The six digits, or a recovery code. */
  secondFactor(): Promise<string>;
  /** Of accounts with two passwords. */
  mailboxPassword(): Promise<string>;
}

export interface AccountSpace {
  readonly usedBytes: number;
  readonly maxBytes: number;
}

/**
 * Sessions at the vault's provider. No call is ever repeated here. Faults: `vault.login-refused`, `vault.session-refused`
 * (with `reason` `access-token` or `refresh-token`), `vault.human-verification`, `vault.abuse-blocked`, `vault.throttled`,
 * `vault.outdated`, `vault.refused`, `vault.unavailable`.
 */
export abstract class VaultAccount {
  abstract beginFork(): Promise<ForkLogin>;
  abstract withPassword(answers: LoginAnswers): Promise<VaultSession>;
  /** A child that does the work; it ends with its parent. */
  abstract fork(parent: VaultSession): Promise<VaultSession>;
  /** Spends the refresh token, whether the answer arrives or not. */
  abstract refresh(session: VaultSession): Promise<VaultSession>;
  /** One call: the session is accepted and its key password unlocks the account's primary key. */
  abstract check(session: VaultSession): Promise<AccountSpace>;
  /** Two calls: whose session it is. */
  abstract identify(session: VaultSession): Promise<AccountIdentity>;
  /** One call: the volume in which its objects would be; null for an account that has never used Drive. */
  abstract volume(session: VaultSession): Promise<string | null>;
  /** Ends the session, and those forked from it. A session that has ended already is fine. */
  abstract revoke(session: VaultSession): Promise<void>;
}
