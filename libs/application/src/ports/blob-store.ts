import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import type { Oid, Sha1 } from '#domain/oid.js';

export type Bytes = AsyncIterable<Uint8Array>;

export interface BlobIdentity {
  readonly oid: Oid;
  readonly sizeBytes: number;
  /** SHA-1 of the plaintext where it is known: a vault may check it as well. */
  readonly sha1: Sha1 | null;
}

export interface BlobEntry {
  readonly oid: Oid;
  readonly locator: Locator;
  readonly storedBytes: number;
}

/**
 * A vault: holds objects durably by oid.
 *
 * - `put` returns only when the vault has committed the bytes to durable storage and has been asked what it holds; it is
 *   idempotent (an equal object already there is adopted after a check; a differing or partial one is replaced), leaves
 *   nothing behind when it fails, and reads `source` at most once. The caller holds the lease on the oid.
 * - `get` yields the exact bytes in order, or fails; a consumer verifies the digest itself before it completes.
 * - `head` tells whether the vault holds the object and how large it is, without reading it: null when absent.
 * - `remove` is idempotent.
 * - `list` yields every object; it may be slow and may show objects that come or go meanwhile.
 * - All stop at `signal` within a second and then leave nothing half-done behind.
 *
 * Faults: `vault.absent`, `vault.refused` (permanent), `vault.full`, `vault.corrupt`, `vault.unavailable` (worth retrying),
 * and for a source that does not hash to its oid `staging.corrupt`.
 */
export abstract class BlobStore {
  /** Id of the vault as placements name it. */
  abstract readonly vault: string;
  abstract put(blob: BlobIdentity, source: Bytes, signal: AbortSignal): Promise<Receipt>;
  abstract get(blob: BlobIdentity, locator: Locator, signal: AbortSignal): Bytes;
  abstract head(oid: Oid, signal: AbortSignal): Promise<BlobEntry | null>;
  abstract remove(oid: Oid, signal: AbortSignal): Promise<void>;
  abstract list(signal: AbortSignal): AsyncIterable<BlobEntry>;
  /** Removes what writers that died left behind and that has not grown for `olderThanMs`; returns how many. */
  abstract sweepAttempts(olderThanMs: number): Promise<number>;
  /** Rejects with the reason when the vault cannot serve now. */
  abstract check(signal: AbortSignal): Promise<void>;
}
