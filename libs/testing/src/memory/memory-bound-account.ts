import { BoundAccount, type AccountIdentity } from '#application/ports/bound-account.js';
import { rebindAccount } from '#application/vault-session/rebind-account.js';

/** The account of a vault in memory; `placed` are the volumes in which its objects lie. */
export class MemoryBoundAccount extends BoundAccount {
  bound: AccountIdentity | null = null;

  constructor(readonly placed = new Set<string>()) {
    super();
  }

  override async load(): Promise<AccountIdentity | null> {
    await Promise.resolve();
    return this.bound;
  }

  override async bind(account: AccountIdentity): Promise<void> {
    await Promise.resolve();
    this.bound = rebindAccount(this.bound, account).identity;
  }

  override async holdsElsewhere(volume: string | null): Promise<boolean> {
    await Promise.resolve();
    return [...this.placed].some((one) => one !== volume);
  }
}
