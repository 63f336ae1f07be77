/** Which account of the provider it is. Each part is null where it is not known: a new account has no volume. */
export interface AccountIdentity {
  readonly user: string | null;
  /** Volume of "My files"; a node's uid begins with it. */
  readonly volume: string | null;
}

/**
 * Whose account the objects of the configured vault are kept in: as it was bound by a login or a worker, and as the catalogue's
 * placements tell. Faults: `database.unavailable`.
 */
export abstract class BoundAccount {
  /** Null before the first login. */
  abstract load(): Promise<AccountIdentity | null>;
  /**
   * Idempotent; what is null keeps what is known of the same account. Another user or volume than before also ends what is
   * remembered of that volume: its folders, unfinished uploads, and how far its events were followed.
   */
  abstract bind(identity: AccountIdentity): Promise<void>;
  /** Whether an object of this vault is placed in another volume than this one; null stands for none. */
  abstract holdsElsewhere(volume: string | null): Promise<boolean>;
}
