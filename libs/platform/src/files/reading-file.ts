import type { OpenFile } from './files.js';

// Larger pieces are a little faster, but every slow reader holds three of them.
const CHUNK_BYTES = 512 * 1024;

export interface FileRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** The file ended before the byte that it was opened with the promise of. */
export class FileShrank extends Error {
  override readonly name = 'FileShrank';
}

/** A file that is open for reading. It stays readable until it is closed, whatever becomes of its name. */
export class ReadingFile {
  private readonly reads = new Set<Promise<unknown>>();

  constructor(
    private readonly file: OpenFile,
    readonly sizeBytes: number,
  ) {}

  /** The bytes of a range, in order; the next piece is read while this one is used. */
  async *chunks({ start, end }: FileRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let ahead: Promise<Uint8Array> | null = start <= end ? this.piece(start, end) : null;
    try {
      for (let position = start; ahead !== null;) {
        const chunk = await ahead;
        signal.throwIfAborted();
        if (chunk.length === 0) throw new FileShrank();
        position += chunk.length;
        ahead = position <= end ? this.piece(position, end) : null;
        yield chunk;
      }
    } finally {
      await ahead?.catch(() => undefined);
    }
  }

  /** Up to `limit` bytes that are there now. */
  async at(position: number, limit: number): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafeSlow(Math.min(limit, CHUNK_BYTES));
    return buffer.subarray(0, await this.into(buffer, position));
  }

  /** Fills a buffer of the caller's as far as there are bytes, and returns how many there were. */
  async into(target: Uint8Array, position: number): Promise<number> {
    const read = this.file.read(target, 0, target.length, position);
    this.reads.add(read);
    try {
      return (await read).bytesRead;
    } finally {
      this.reads.delete(read);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.reads);
    await this.file.close();
  }

  private piece(position: number, end: number): Promise<Uint8Array> {
    const piece = this.at(position, end - position + 1);
    piece.catch(() => undefined); // thrown where it is awaited
    return piece;
  }
}
