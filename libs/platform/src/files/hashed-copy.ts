import { createHash } from 'node:crypto';
import { Batches, type Batch } from './batches.js';
import { DigestThreads, type Algorithm, type ThreadDigest } from './digest-threads.js';
import { Pieces } from './pieces.js';
import type { Pour, Sink } from './pour.js';
import { SourceFailed, unlessAborted } from './pull-source.js';
import { SlabRoom } from './slab-room.js';
import { BLOCK_BYTES, Slabs, type Filled, type Slab } from './slabs.js';
import type { WritableFile } from './writable-file.js';
import { WriteBack } from './write-back.js';

/** Small enough that its bytes are still in the processor's cache when they are copied into it. */
const SLAB_BYTES = 512 * 1024;
const SLABS = 128;
/** Up to here hashing takes less time than handing over does. */
const INLINE_BYTES = 256 * 1024;
/** Of those tried, the sizes with which a large upload took least time; one copy holds 48 MiB at most. */
const BATCHES = { secondBytes: 16 * 2 ** 20, mostBytes: 32 * 2 ** 20, mostSlabs: 96 };
/** A sender of tiny pieces must not make a long list of them. */
const MOST_PIECES = 256;
/** From here on a source may put its bytes into slabs itself. */
const ROOM_BYTES = 16 * 2 ** 20;

export interface HashedCopyPlan {
  /** Reading stops at the first byte beyond: SourceTooLong. */
  readonly maxBytes: number;
  readonly algorithms: readonly Algorithm[];
  readonly signal: AbortSignal;
  /** Called after each write with the bytes that are in the file, all of them from the first on. */
  readonly onWritten?: (bytes: number) => void;
  /** Whether nobody else holds the pieces of the source: their memory is given back as soon as they are copied. */
  readonly ownsPieces?: boolean;
}

export interface HashedCopyResult {
  readonly bytes: number;
  /** In hex, in the order of `algorithms`. */
  readonly digests: readonly string[];
}

/** The source gave more than it may. */
export class SourceTooLong extends Error {
  override readonly name = 'SourceTooLong';
}

const slabs = new Slabs(SLAB_BYTES, SLABS);
const threads = new DigestThreads(slabs.memory);

/**
 * Writes what is poured to a file, from its first byte on and in order, while its digests are taken on other threads. Memory
 * is bounded for all copies of the process together. What the source throws comes as SourceFailed; every other error is one
 * of the file, or the reason of the signal. When it returns or throws, nothing is being written any more; the file is not
 * yet synced.
 */
export const copyHashed = async (pour: Pour, file: WritableFile, plan: HashedCopyPlan): Promise<HashedCopyResult> => {
  const copy = new HashedCopy(file, plan);
  try {
    await copy.takeAll(pour);
    return await copy.finish();
  } catch (error) {
    await copy.abandon(error);
    throw error;
  }
};

/** The digests of what is poured, taken on other threads. Errors as of `copyHashed`. */
export const digestOf = (pour: Pour, plan: HashedCopyPlan): Promise<HashedCopyResult> =>
  copyHashed(pour, NOWHERE, plan);

const NOWHERE: WritableFile = {
  write: () => Promise.resolve(),
  writeBack: () => Promise.resolve(),
  sync: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

class HashedCopy {
  private bytes = 0;
  private readonly pieces: Pieces;
  private digests: readonly ThreadDigest[] | null = null;
  private readonly batches = new Batches(slabs, (batch) => this.use(batch), BATCHES);
  private pouring: Promise<void> = Promise.resolve();
  private passing: Promise<void> = Promise.resolve();
  private lastWrite: Promise<void> = Promise.resolve();
  /** Why no more is taken. */
  private failure: { readonly reason: unknown } | null = null;
  private readonly writeBack: WriteBack;
  private readonly room: SlabRoom;

  constructor(
    private readonly file: WritableFile,
    private readonly plan: HashedCopyPlan,
  ) {
    this.pieces = new Pieces(plan.ownsPieces === true);
    this.writeBack = new WriteBack(file);
    const take = (bytes: number) => this.count(bytes);
    this.room = new SlabRoom(this.batches, this.pieces, take, (filled) => this.pass(filled));
  }

  async takeAll(pour: Pour): Promise<void> {
    const { signal, maxBytes } = this.plan;
    try {
      this.pouring = maxBytes < ROOM_BYTES ? pour(this.sink) : pour(this.sink, this.room);
      await unlessAborted(this.pouring, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw this.failure === null ? new SourceFailed(error) : this.failure.reason;
    }
  }

  async finish(): Promise<HashedCopyResult> {
    this.room.close();
    if (this.digests === null && this.pieces.bytes <= INLINE_BYTES) return this.finishSmall();
    while (this.pieces.bytes > 0) await this.fillNext(Math.min(this.pieces.bytes, SLAB_BYTES));
    await this.batches.finish();
    await this.writeBack.finish();
    const digests = this.digests ?? [];
    this.digests = null;
    return { bytes: this.bytes, digests: await Promise.all(digests.map((digest) => digest.finish())) };
  }

  /** Takes no more, and waits until nothing uses the file any more; further errors have been told already. */
  async abandon(reason: unknown): Promise<void> {
    this.failure ??= { reason };
    await this.passing.catch(() => undefined);
    // The source may still write there; memory that is lent to somebody else must not change under a hash.
    if (this.room.isOpen) await this.pouring.catch(() => undefined);
    this.room.abandon();
    await this.batches.abandon();
    await Promise.allSettled([this.lastWrite, this.writeBack.finish()]);
    for (const digest of this.digests ?? []) digest.abandon();
    this.digests = null;
  }

  private readonly sink: Sink = (piece) => {
    this.count(piece.length);
    try {
      this.pieces.add(piece);
      this.room.topUp();
      if (this.passedOn()) return undefined;
    } catch (reason) {
      this.failure ??= { reason };
      throw reason;
    }
    this.passing = this.passOn();
    this.passing.catch((reason: unknown) => (this.failure ??= { reason }));
    return this.passing;
  };

  private count(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > this.plan.maxBytes) this.failure ??= { reason: new SourceTooLong() };
    if (this.failure !== null) throw this.failure.reason;
  }

  /** Passes on what it can without waiting; false when there is too much left. */
  private passedOn(): boolean {
    while (this.pieces.bytes >= SLAB_BYTES) {
      const slab = this.batches.slabNow();
      if (slab === null) return false;
      this.fill(slab, SLAB_BYTES);
    }
    return this.pieces.count < MOST_PIECES;
  }

  private async passOn(): Promise<void> {
    while (this.pieces.bytes >= SLAB_BYTES) await this.fillNext(SLAB_BYTES);
    if (this.pieces.count < MOST_PIECES) return;
    await this.fillNext(this.pieces.bytes - (this.pieces.bytes % BLOCK_BYTES));
    this.pieces.join();
  }

  private async finishSmall(): Promise<HashedCopyResult> {
    const bytes = this.pieces.join();
    if (bytes.length > 0) await this.file.write([bytes], 0);
    this.plan.onWritten?.(bytes.length);
    const digests = this.plan.algorithms.map((algorithm) => createHash(algorithm).update(bytes).digest('hex'));
    return { bytes: this.bytes, digests };
  }

  private async fillNext(bytes: number): Promise<void> {
    if (bytes > 0) this.fill(await this.batches.slab(), bytes);
  }

  private fill(slab: Slab, bytes: number): void {
    this.pass({ slab, length: this.pieces.moveInto(slab.bytes.subarray(0, bytes)) });
  }

  /** Passes a slab to the file and the digests, and goes on before they are done with it. */
  private pass(filled: Filled): void {
    this.digests ??= this.plan.algorithms.map((algorithm) => threads.start(algorithm));
    this.batches.add(filled);
  }

  private async use(batch: Batch): Promise<void> {
    // One write at a time, so that what is in the file is always all of it from the first byte on.
    this.lastWrite = this.lastWrite.then(() => this.write(batch));
    const digests = this.digests ?? [];
    const users = [this.lastWrite, ...digests.map((digest) => digest.update(batch.slabs))];
    for (const result of await Promise.allSettled(users)) if (result.status === 'rejected') throw result.reason;
  }

  private async write({ slabs, position, bytes }: Batch): Promise<void> {
    const parts = slabs.map(({ slab, length }) => slab.bytes.subarray(0, length));
    await this.file.write(parts, position);
    this.plan.onWritten?.(position + bytes);
    this.writeBack.written(position + bytes);
  }
}
