import type { Oid, Pointer, Sha1 } from '#domain/oid.js';
import type { Bytes } from './blob-store.js';

export interface StagedFile {
  readonly oid: Oid;
  readonly sizeBytes: number;
  readonly sha1: Sha1;
}

export interface ByteRange {
  /** First byte, from 0. */
  readonly start: number;
  /** Last byte, inclusive. */
  readonly end: number;
}

/**
 * The body of an upload as it comes: gives its pieces to `sink`, in order, and none while a promise that it returned is
 * pending. What it can put into `room` itself it need not give. Settles when all has been taken, and with what is thrown.
 */
export type Body = (sink: (piece: Uint8Array) => Promise<void> | undefined, room?: BodyRoom) => Promise<void>;

/** Memory of the hot tier for bytes of a body: null where they have to come as a piece. */
export interface BodyRoom {
  next(): Uint8Array | null;
  took(bytes: number): void;
}

/** A verified file that stays readable while it is open, even if it is evicted meanwhile. Close it exactly once. */
export interface OpenObject {
  readonly sizeBytes: number;
  read(range: ByteRange | null, signal: AbortSignal): Bytes;
  /**
   * Fills `target` from `offset` and returns how many bytes there were, 0 at the end. For who sends much: buffers used again
   * spare the collector a gigabyte for every gigabyte sent.
   */
  readInto(target: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** An object being hydrated: a file that grows and is not yet verified. */
export interface GrowingObject {
  /** Bytes from `offset` that are on disk now, at most `limit`; empty when none are there yet. */
  read(offset: number, limit: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface HotUsage {
  readonly objects: number;
  readonly bytes: number;
  readonly incomingBytes: number;
  readonly capacityBytes: number;
  readonly freeBytes: number;
  readonly admitting: boolean;
}

export interface ResidentObject {
  readonly oid: Oid;
  readonly sizeBytes: number;
  readonly lastUsedAt: Date;
}

/**
 * Verified plaintext by oid on local disk. A file is at its final name only when its SHA-256 and size are right and file
 * and directory have been synced. Every attempt writes a file of its own and cleans up only that one (Gitea 38424).
 *
 * Faults: `digest.mismatch`, `size.mismatch`, `body.too-long`, `body.truncated`, `body.stalled`, `staging.full` (admission or ENOSPC),
 * `staging.failed` (EIO and the like), `staging.lost`, `staging.unwritable`.
 */
export abstract class HotTier {
  /**
   * Receives an upload to the end: hashed, synced, at its final name. Fails before reading when the disk runs low. The pieces
   * of `body` are the hot tier's: it gives their memory back once it has copied them.
   */
  abstract receive(pointer: Pointer, body: Body, signal: AbortSignal): Promise<StagedFile>;

  /** Fills from a vault; the growing file can be followed with `follow` meanwhile. A digest that differs is `vault.corrupt`. */
  abstract fill(pointer: Pointer, body: Bytes, signal: AbortSignal): Promise<StagedFile>;

  /** Null when the object is not resident. Marks it as used. */
  abstract open(oid: Oid): Promise<OpenObject | null>;

  /** The newest hydration of an object that is under way, null when there is none. */
  abstract follow(oid: Oid): Promise<GrowingObject | null>;

  abstract holds(oids: readonly Oid[]): Promise<ReadonlySet<Oid>>;

  /** Throws `staging.full` when `bytes` more would cross the floor of free disk or the room left by pinned objects. */
  abstract admit(bytes: number): Promise<void>;

  abstract usage(): Promise<HotUsage>;

  /** Every verified file, in no order. */
  abstract residents(): AsyncIterable<ResidentObject>;

  /** Hashes a resident file again; null when it is not there. A file that does not hash to its name is removed: `staging.corrupt`. */
  abstract rehash(oid: Oid, signal: AbortSignal): Promise<StagedFile | null>;

  /** Removes a verified file; a no-op when it is gone. Callers evict only objects that a vault holds. */
  abstract evict(oid: Oid): Promise<void>;

  /** Removes files of attempts that have not grown for `olderThanMs`; returns how many. */
  abstract sweepAttempts(olderThanMs: number): Promise<number>;

  /** Rejects with `staging.unwritable` and the reason when the directory cannot be written and synced. */
  abstract check(): Promise<void>;
}
