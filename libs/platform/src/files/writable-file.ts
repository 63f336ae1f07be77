import { constants } from 'node:fs';
import { errnoOf, type Files, type OpenFile } from './files.js';
import { BLOCK_BYTES, inSlab } from './slabs.js';

/** A file that is written from its first byte on, in order. */
export interface WritableFile {
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Sends to the disk what the system still holds in memory, so that `sync` has less to do. */
  writeBack(): Promise<void>;
  /** Makes all that was written durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file written through the page cache: for what is small, or read again at once. */
export class CachedFile implements WritableFile {
  constructor(private readonly file: OpenFile) {}

  write(bytes: Uint8Array, position: number): Promise<void> {
    return writeAll(this.file, bytes, position);
  }

  writeBack(): Promise<void> {
    return this.file.datasync();
  }

  sync(): Promise<void> {
    return this.file.sync();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/**
 * A file written past the page cache where the system can (O_DIRECT): all of it goes to the disk before anyone is told of
 * it anyway, and filling the cache with it costs more than hashing does. Whole blocks of slabs go directly; the end of the
 * file, and everything where the disk asks for larger blocks, goes through the cache.
 */
export class DirectFile implements WritableFile {
  private constructor(
    private readonly cached: CachedFile,
    private direct: OpenFile | null,
  ) {}

  /** `file` is open for writing at `path`. */
  static async over(file: OpenFile, path: string, files: Files): Promise<WritableFile> {
    const cached = new CachedFile(file);
    const flag = (constants as Partial<typeof constants>).O_DIRECT;
    if (flag === undefined) return cached;
    try {
      return new DirectFile(cached, await files.open(path, constants.O_WRONLY | constants.O_NOFOLLOW | flag));
    } catch (error) {
      if (errnoOf(error) === 'EINVAL') return cached;
      throw error;
    }
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    const whole = await this.writeBlocks(bytes, position);
    if (whole < bytes.length) await this.cached.write(bytes.subarray(whole), position + whole);
  }

  async writeBack(): Promise<void> {
    if (this.direct === null) await this.cached.writeBack();
  }

  sync(): Promise<void> {
    return this.cached.sync();
  }

  async close(): Promise<void> {
    await this.direct?.close();
    await this.cached.close();
  }

  /** Returns how many bytes were written directly. */
  private async writeBlocks(bytes: Uint8Array, position: number): Promise<number> {
    const whole = bytes.length - (bytes.length % BLOCK_BYTES);
    if (this.direct === null || whole === 0 || position % BLOCK_BYTES !== 0 || !inSlab(bytes)) return 0;
    try {
      await writeAll(this.direct, bytes.subarray(0, whole), position);
      return whole;
    } catch (error) {
      if (errnoOf(error) !== 'EINVAL') throw error;
      const { direct } = this;
      this.direct = null;
      await direct.close();
      return 0;
    }
  }
}

const writeAll = async (file: OpenFile, bytes: Uint8Array, position: number): Promise<void> => {
  for (let offset = 0; offset < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset, position + offset);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
    offset += bytesWritten;
  }
};
