import { createHash } from 'node:crypto';
import type { BlobIdentity, Bytes } from '#application/ports/blob-store.js';
import { Fault } from '#domain/fault/fault.js';
import { PullSource, SourceFailed } from '#platform/files/pull-source.js';
import { reached } from '#platform/milestone.js';

/** So much of the beginning is kept, for a vault that finds out late that it has to begin again. */
const KEPT_BYTES = 4 * 2 ** 20;

/**
 * The bytes of an object on their way into the vault. The last piece is held back until SHA-256 and size are right, so that
 * what is not the object (`staging.corrupt`) can never be committed. May be read again from the start as long as little of it
 * has been read.
 */
export class CheckedSource {
  private readonly pulled: PullSource;
  private readonly hash = createHash('sha256');
  private received = 0;
  private held: Uint8Array | null = null;
  private atEnd = false;
  private kept: Uint8Array[] | null = [];
  private keptBytes = 0;
  private passed = 0;
  private passedBytes = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly blob: BlobIdentity,
    source: Bytes,
    signal: AbortSignal,
  ) {
    this.pulled = new PullSource(source, signal);
  }

  get canBeReadAgain(): boolean {
    return this.kept !== null;
  }

  /** From the first byte on. Errors of the source come as they are. */
  async *read(): Bytes {
    for (let index = 0; ; index += 1) {
      const piece = await this.piece(index);
      if (piece === null) return;
      yield piece;
    }
  }

  close(): void {
    this.pulled.close();
  }

  /** One at a time: a reader that was left may still wait for its piece. */
  private piece(index: number): Promise<Uint8Array | null> {
    const piece = this.turn.then(() => (index < this.passed ? this.again(index) : this.advance()));
    this.turn = piece.catch(() => undefined);
    return piece;
  }

  private again(index: number): Uint8Array {
    const piece = this.kept?.[index];
    if (piece === undefined) throw new Fault('vault.unavailable', { reason: 'begun again too late' });
    return piece;
  }

  private async advance(): Promise<Uint8Array | null> {
    const piece = await this.next();
    if (piece === null) return null;
    this.passed += 1;
    this.keptBytes += piece.length;
    if (this.keptBytes > KEPT_BYTES) this.kept = null;
    this.kept?.push(piece);
    this.announce(piece.length);
    return piece;
  }

  /** The next piece that has another one behind it, or the last one of the right object. */
  private async next(): Promise<Uint8Array | null> {
    while (!this.atEnd) {
      const piece = await this.pull();
      const before = this.held;
      this.held = piece;
      if (piece === null) this.finish();
      if (before !== null) return before;
    }
    return null;
  }

  private async pull(): Promise<Uint8Array | null> {
    try {
      const piece = await this.pulled.next();
      if (piece === null) return null;
      this.received += piece.length;
      if (this.received > this.blob.sizeBytes) throw this.corrupt();
      this.hash.update(piece);
      return piece;
    } catch (error) {
      throw error instanceof SourceFailed ? error.cause : error;
    }
  }

  private finish(): void {
    this.atEnd = true;
    if (this.received !== this.blob.sizeBytes || this.hash.digest('hex') !== this.blob.oid) throw this.corrupt();
    if (this.received === 0) this.announce(0);
  }

  private corrupt(): Fault {
    const { oid, sizeBytes: expected } = this.blob;
    return new Fault('staging.corrupt', { oid, expected, received: this.received });
  }

  private announce(bytes: number): void {
    const { oid, sizeBytes } = this.blob;
    const before = this.passedBytes;
    this.passedBytes += bytes;
    if (this.passed <= 1) reached('worker.put-begun', { oid });
    if (before * 2 < sizeBytes ? this.passedBytes * 2 >= sizeBytes : sizeBytes === 0)
      reached('worker.mid-blocks', { oid });
  }
}
