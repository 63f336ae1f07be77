import { constants } from 'node:fs';
import { errnoOf, type Files, type OpenFile } from './files.js';
import { BLOCK_BYTES, inSlab } from './slabs.js';

/** A file that is written from its first byte on, in order. */
export interface WritableFile {
  /** Writes all parts one after the other, from `position` on. */
  write(parts: readonly Uint8Array[], position: number): Promise<void>;
  /** Sends to the disk what the system still holds in memory, so that `sync` has less to do. */
  writeBack(): Promise<void>;
  /** Makes all that was written durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file written through the page cache: for what is small, or read again at once. */
export class CachedFile implements WritableFile {
  constructor(private readonly file: OpenFile) {}

  write(parts: readonly Uint8Array[], position: number): Promise<void> {
    return writeAll(this.file, parts, position);
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

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    const blocks = this.direct !== null && position % BLOCK_BYTES === 0 ? leadingBlocks(parts) : [];
    const direct = lengthOf(blocks);
    if (direct > 0 && !(await this.writeDirectly(blocks, position))) return this.cached.write(parts, position);
    const rest = after(parts, direct);
    if (rest.length > 0) await this.cached.write(rest, position + direct);
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

  /** False where the disk asks for larger blocks: from then on, everything goes through the cache. */
  private async writeDirectly(blocks: readonly Uint8Array[], position: number): Promise<boolean> {
    const { direct } = this;
    if (direct === null) return false;
    try {
      await writeAll(direct, blocks, position);
      return true;
    } catch (error) {
      if (errnoOf(error) !== 'EINVAL') throw error;
      this.direct = null;
      await direct.close();
      return false;
    }
  }
}

/** As much from the beginning on as consists of whole blocks that lie as disks need it. */
const leadingBlocks = (parts: readonly Uint8Array[]): readonly Uint8Array[] => {
  const blocks: Uint8Array[] = [];
  for (const part of parts) {
    const over = part.length % BLOCK_BYTES;
    if (!inSlab(part) || over === part.length) break;
    blocks.push(over === 0 ? part : part.subarray(0, part.length - over));
    if (over > 0) break;
  }
  return blocks;
};

const writeAll = async (file: OpenFile, parts: readonly Uint8Array[], position: number): Promise<void> => {
  const total = lengthOf(parts);
  let rest = parts;
  for (let done = 0; done < total;) {
    const { bytesWritten } = await file.writev(rest, position + done);
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
    done += bytesWritten;
    rest = after(rest, bytesWritten);
  }
};

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

/** What is left of the parts after their first bytes. */
const after = (parts: readonly Uint8Array[], bytes: number): readonly Uint8Array[] => {
  let skip = bytes;
  return parts.flatMap((part) => {
    const skipped = Math.min(skip, part.length);
    skip -= skipped;
    return skipped === part.length ? [] : [part.subarray(skipped)];
  });
};
