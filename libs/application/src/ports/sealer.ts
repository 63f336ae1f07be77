export interface SealedSecret {
  /** Which key opens it. */
  readonly keyId: string;
  readonly sealed: Uint8Array;
}

/**
 * Keeps secrets at rest under keys that are not where the secrets are. `context` says what a secret is for: it is not stored,
 * and what was sealed for one context cannot be opened for another. Faults: `vault.keys-unusable`.
 */
export abstract class Sealer {
  /** The key that new secrets are sealed with. */
  abstract currentKeyId(): string;
  abstract seal(secret: Uint8Array, context: string): SealedSecret;
  abstract open(sealed: SealedSecret, context: string): Uint8Array;
}
