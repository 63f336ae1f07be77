import type { EmulatorAccount } from '../contract.js';

/** A locked OpenPGP key of the account, as the API lists it. */
export interface AccountKey {
  readonly id: string;
  readonly armoredPrivate: string;
  readonly armoredPublic: string;
  readonly fingerprint: string;
}

/** The one account: made once, at the first start, and kept. */
export interface Account extends EmulatorAccount {
  readonly userId: string;
  readonly addressId: string;
  /** The address is the user name, or `<name>@proton.test`. */
  readonly email: string;
  readonly userKey: AccountKey;
  readonly addressKey: AccountKey & {
    /** Its passphrase, encrypted to the user key and signed by it. */
    readonly token: string;
    readonly signature: string;
  };
  /** Base64 of 16 bytes: of the passphrase of the user key. */
  readonly keySalt: string;
  /** Unlocks the user key; what a fork's payload carries. A real server never has it. */
  readonly keyPassword: string;
  /** Base64 of 10 bytes: of the login. */
  readonly loginSalt: string;
  /** Base64 of 256 bytes, little-endian. */
  readonly verifier: string;
}
