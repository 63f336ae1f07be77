import type { Locator } from '#domain/lfs-object/events.js';
import type { BlobIdentity } from './blob-store.js';

/**
 * How closely a copy is looked at; each level takes the ones before it in.
 *
 * | level | looks at | costs |
 * |---|---|---|
 * | `listed` (L0) | the vault lists it as placed: there, size as stored | one call for many objects |
 * | `metadata` (L1) | what the copy says of itself: whose it is, oid, size, SHA-1 | a call and a decryption |
 * | `sampled` (L2) | a random part can be read | a block |
 * | `full` (L3) | all bytes hash to the oid | the whole object |
 */
export const VERIFICATION_LEVELS = ['listed', 'metadata', 'sampled', 'full'] as const;
export type VerificationLevel = (typeof VERIFICATION_LEVELS)[number];

/** A placement as it was recorded, and whose it is. */
export interface PlacedBlob {
  readonly blob: BlobIdentity;
  readonly locator: Locator;
  readonly storedBytes: number;
}

/**
 * `missing`: nothing is where the placement says. `trashed`: it can still be brought back. `damaged`: what is there is not
 * the object, for a reason in closed words.
 */
export type Verdict =
  | { readonly blob: BlobIdentity; readonly state: 'intact'; readonly level: VerificationLevel }
  | { readonly blob: BlobIdentity; readonly state: 'missing' | 'trashed' }
  | { readonly blob: BlobIdentity; readonly state: 'damaged'; readonly reason: string };

/**
 * Holds what a vault has against what was recorded. Changes nothing. One verdict a placement, in any order; an error of one
 * copy is its verdict. Rejects only when the vault as a whole cannot be asked: `vault.unavailable`, its stops, `vault.throttled`.
 */
export abstract class VaultVerification {
  abstract verify(level: VerificationLevel, placed: readonly PlacedBlob[], signal: AbortSignal): AsyncIterable<Verdict>;
}
