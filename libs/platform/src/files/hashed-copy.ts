import { createHash } from 'node:crypto';
import { DigestThreads, type Algorithm, type ThreadDigest } from './digest-threads.js';
import { giveBack } from '../give-back.js';
import { PullSource } from './pull-source.js';
import { BLOCK_BYTES, Slabs } from './slabs.js';
import type { WritableFile } from './writable-file.js';

/** Large enough that messages to the threads cost little: of 1, 2 and 4 MiB this was the fastest. */
const SLAB_BYTES = 4 * 2 ** 20;
const SLABS = 8;
/** Up to here hashing takes less time than handing over does. */
const INLINE_BYTES = 256 * 1024;
/** More would only push the bytes out of the processor's cache before they are hashed. */
const MOST_SLABS_A_COPY = 3;
/** A sender of tiny pieces must not make a long list of them. */
const MOST_PIECES = 256;
const WRITE_BACK_BYTES = 64 * 2 ** 20;
/** Write-back holds a thread of the pool that serves every file operation of the process. */
const MOST_WRITE_BACKS = 2;

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
let writeBacks = 0;

/**
 * Writes a source to a file, from its first byte on and in order, while its digests are taken on other threads. Memory is
 * bounded for all copies of the process together. What the source throws comes as SourceFailed; every other error is one of
 * the file. When it returns or throws, nothing is being written any more; the file is not yet synced.
 */
export const copyHashed = async (
  source: AsyncIterable<Uint8Array>,
  file: WritableFile,
  plan: HashedCopyPlan,
): Promise<HashedCopyResult> => {
  const copy = new HashedCopy(file, plan);
  const pulled = new PullSource(source, plan.signal);
  try {
    for (let chunk = await pulled.next(); chunk !== null; chunk = await pulled.next()) {
      if (copy.take(chunk)) await copy.passOn();
    }
    return await copy.finish();
  } catch (error) {
    await copy.abandon();
    throw error;
  } finally {
    pulled.close();
  }
};

/** The digests of a source, taken on other threads. Errors as of `copyHashed`. */
export const digestOf = (source: AsyncIterable<Uint8Array>, plan: HashedCopyPlan): Promise<HashedCopyResult> =>
  copyHashed(source, NOWHERE, plan);

const NOWHERE: WritableFile = {
  write: () => Promise.resolve(),
  writeBack: () => Promise.resolve(),
  sync: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

class HashedCopy {
  private bytes = 0;
  private pieces: Uint8Array[] = [];
  private gathered = 0;
  private digests: readonly ThreadDigest[] | null = null;
  private readonly underWay: Promise<void>[] = [];
  private lastWrite: Promise<void> = Promise.resolve();
  private written = 0;
  private sentBack = 0;
  private writeBack: Promise<void> = Promise.resolve();
  private writingBack = false;

  constructor(
    private readonly file: WritableFile,
    private readonly plan: HashedCopyPlan,
  ) {}

  /** True when there is so much that it has to be passed on. */
  take(chunk: Uint8Array): boolean {
    this.bytes += chunk.length;
    if (this.bytes > this.plan.maxBytes) throw new SourceTooLong();
    this.pieces.push(chunk);
    this.gathered += chunk.length;
    return this.gathered >= SLAB_BYTES || this.pieces.length >= MOST_PIECES;
  }

  async passOn(): Promise<void> {
    while (this.gathered >= SLAB_BYTES) await this.pass();
    if (this.pieces.length < MOST_PIECES) return;
    if (this.gathered >= BLOCK_BYTES) await this.pass(this.gathered - (this.gathered % BLOCK_BYTES));
    this.pieces = [Buffer.concat(this.pieces)];
  }

  async finish(): Promise<HashedCopyResult> {
    if (this.digests === null && this.gathered <= INLINE_BYTES) return this.finishSmall();
    if (this.gathered > 0) await this.pass();
    for (const work of this.underWay) await work;
    await this.writeBack;
    const digests = this.digests ?? [];
    this.digests = null;
    return { bytes: this.bytes, digests: await Promise.all(digests.map((digest) => digest.finish())) };
  }

  /** Waits until nothing uses the file any more; errors have been told already. */
  async abandon(): Promise<void> {
    await Promise.allSettled([...this.underWay, this.lastWrite, this.writeBack]);
    for (const digest of this.digests ?? []) digest.abandon();
    this.digests = null;
  }

  private async finishSmall(): Promise<HashedCopyResult> {
    const [only] = this.pieces;
    const bytes = only !== undefined && this.pieces.length === 1 ? only : Buffer.concat(this.pieces);
    if (bytes.length > 0) await this.file.write(bytes, 0);
    this.plan.onWritten?.(bytes.length);
    const digests = this.plan.algorithms.map((algorithm) => createHash(algorithm).update(bytes).digest('hex'));
    return { bytes: this.bytes, digests };
  }

  /** Passes a slab of what has been gathered to the file and the digests, and goes on before they are done with it. */
  private async pass(limit = SLAB_BYTES): Promise<void> {
    while (this.underWay.length >= MOST_SLABS_A_COPY) await this.underWay.shift();
    const slab = await slabs.acquire();
    const position = this.bytes - this.gathered;
    const length = this.drainInto(slab.bytes.subarray(0, limit));
    this.digests ??= this.plan.algorithms.map((algorithm) => threads.start(algorithm));
    this.lastWrite = this.lastWrite.then(() => this.write(slab.bytes.subarray(0, length), position));
    const users = [this.lastWrite, ...this.digests.map((digest) => digest.update(slab, length))];
    const work = Promise.allSettled(users).then((results) => {
      slabs.release(slab);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    });
    work.catch(() => undefined); // thrown where it is awaited
    this.underWay.push(work);
  }

  private drainInto(target: Uint8Array): number {
    let length = 0;
    let taken = 0;
    for (const piece of this.pieces) {
      const part = piece.subarray(0, target.length - length);
      target.set(part, length);
      length += part.length;
      if (part.length < piece.length) {
        this.pieces[taken] = piece.subarray(part.length);
        break;
      }
      taken += 1;
      if (this.plan.ownsPieces === true) giveBack(piece);
    }
    this.pieces.splice(0, taken);
    this.gathered -= length;
    return length;
  }

  private async write(bytes: Uint8Array, position: number): Promise<void> {
    await this.file.write(bytes, position);
    this.written = position + bytes.length;
    this.plan.onWritten?.(this.written);
    this.startWriteBack();
  }

  /**
   * Sends to the disk what is written while more arrives, so that the sync at the end is short. A failure must not get
   * lost: the system reports one only once a file, so the sync at the end would say that all is well.
   */
  private startWriteBack(): void {
    if (this.writingBack || this.written - this.sentBack < WRITE_BACK_BYTES || writeBacks >= MOST_WRITE_BACKS) return;
    this.sentBack = this.written;
    this.writingBack = true;
    writeBacks += 1;
    const ended = (): void => {
      this.writingBack = false;
      writeBacks -= 1;
    };
    this.writeBack = this.writeBack.then(() => this.file.writeBack()).finally(ended);
    this.writeBack.catch(() => undefined); // thrown by finish
  }
}
