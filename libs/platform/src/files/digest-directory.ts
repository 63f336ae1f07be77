import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DurableMoves, refuseLinks, syncDirectory } from './durable-moves.js';
import { errnoOf, nodeFiles, orAbsent, type Files, type OpenFile } from './files.js';
import { CachedFile, DirectFile, type WritableFile } from './writable-file.js';

const OBJECTS = 'objects';
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;
const DIGEST = /^[0-9a-f]{64}$/;
/** Files that only a process that died can have left behind, once they are old. */
const ATTEMPT = /^(?:[0-9a-f]{64}|probe)\.[0-9a-f-]+$/;

export interface DigestFile {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/** A file being written under a name of its own. It ends by `publish` or by `discard`, which touches no other file. */
export interface Attempt {
  readonly file: WritableFile;
  /** Makes the bytes durable. A failure is final: what a second try says about the same bytes is worth nothing. */
  sync(): Promise<void>;
  /** Moves the synced file to its final name, durably. */
  publish(): Promise<void>;
  /** Removes the file unless it has got its final name. Does not throw. */
  discard(): Promise<void>;
}

/** A verified file that is open, with what is known of it. */
export interface OpenedFile {
  readonly file: OpenFile;
  readonly stats: Stats;
}

/**
 * Files named by the SHA-256 of their bytes, at `objects/aa/bb/<digest>`, and attempts at them as `<area>/<digest>.<attempt>`.
 * No symbolic link below the root is followed: one in place of a directory is refused with ELOOP, one in place of a file counts as no file.
 * Names are made of digests only. Errors are those of the file system.
 */
export class DigestDirectory {
  private constructor(
    readonly root: string,
    private readonly files: Files,
    private readonly moves: DurableMoves,
  ) {}

  /** Makes what is missing of the directory and its areas. */
  static async layOut(path: string, areas: readonly string[], files: Files = nodeFiles): Promise<DigestDirectory> {
    await makeAll(files, resolve(path));
    const root = await files.realpath(path);
    for (const name of [...areas, OBJECTS]) {
      await ignoring('EEXIST', files.mkdir(join(root, name), DIRECTORY_MODE));
      await refuseLinks(files, join(root, name));
    }
    await syncDirectory(files, root);
    return new DigestDirectory(root, files, new DurableMoves(root, files));
  }

  /** `direct` bypasses the page cache where that is possible: for large files that nobody reads while they are written. */
  async begin(area: string, digest: string, direct: boolean): Promise<Attempt> {
    const directory = join(this.root, area);
    await refuseLinks(this.files, directory);
    const path = join(directory, `${valid(digest)}.${attemptId()}`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const opened = await this.files.open(path, flags, FILE_MODE);
    const file = direct ? await DirectFile.over(opened, path, this.files) : new CachedFile(opened);
    return new FileAttempt(file, {
      publish: () => this.moves.move(path, this.pathOf(digest)),
      discard: () => this.files.unlink(path),
    });
  }

  /** Opens a file to read it, null when it is not there. */
  async open(digest: string): Promise<OpenedFile | null> {
    const path = this.pathOf(digest);
    if ((await orAbsent(refuseLinks(this.files, dirname(path)).then(() => true))) === null) return null;
    return this.openRegular(path);
  }

  /** The newest attempt at a file in an area, to read what is there of it; null when there is none. */
  async openNewestAttempt(area: string, digest: string): Promise<OpenedFile | null> {
    const directory = join(this.root, area);
    await refuseLinks(this.files, directory);
    const prefix = `${valid(digest)}.`;
    const attempts = (await this.files.readdir(directory)).filter((name) => name.startsWith(prefix)).sort();
    const newest = attempts.at(-1);
    return newest === undefined ? null : this.openRegular(join(directory, newest));
  }

  async stat(digest: string): Promise<DigestFile | null> {
    const stats = await orAbsent(this.files.lstat(this.pathOf(digest)));
    return stats?.isFile() === true ? { digest, sizeBytes: stats.size, modifiedAt: stats.mtime } : null;
  }

  /** Makes the name of a file durable that an attempt may have left without. */
  confirm(digest: string): Promise<void> {
    return this.moves.confirm(this.pathOf(digest));
  }

  /** Returns whether there was a file. The removal is not synced. */
  async remove(digest: string): Promise<boolean> {
    return (await orAbsent(this.files.unlink(this.pathOf(digest)).then(() => true))) ?? false;
  }

  /**
   * Removes the very file that is open, and none that has taken its name meanwhile: that one may be a good one of
   * somebody who has been told so.
   */
  async removeOpened(digest: string, { stats }: OpenedFile, area: string): Promise<void> {
    const path = this.pathOf(digest);
    if ((await orAbsent(this.files.lstat(path)))?.ino !== stats.ino) return;
    const aside = join(this.root, area, `${digest}.${attemptId()}`);
    await this.files.rename(path, aside);
    if ((await this.files.lstat(aside)).ino === stats.ino) await this.files.unlink(aside);
    else await this.moves.move(aside, path);
  }

  /** Every file, in no order; one that comes or goes meanwhile may be missing. */
  async *entries(): AsyncGenerator<DigestFile> {
    const objects = join(this.root, OBJECTS);
    for (const first of await this.namesIn(objects)) {
      for (const second of await this.namesIn(join(objects, first))) {
        for (const name of await this.namesIn(join(objects, first, second))) {
          const entry = DIGEST.test(name) && name.startsWith(first + second) ? await this.stat(name) : null;
          if (entry !== null) yield entry;
        }
      }
    }
  }

  /** Bytes in the attempts of an area. */
  async attemptBytes(area: string): Promise<number> {
    let bytes = 0;
    for (const { stats } of await this.attempts(area)) bytes += stats.size;
    return bytes;
  }

  /** Removes attempts that have not grown for a while; returns how many. */
  async sweep(area: string, olderThanMs: number): Promise<number> {
    const before = Date.now() - olderThanMs;
    const stale = (await this.attempts(area)).filter(({ stats }) => stats.mtimeMs <= before);
    for (const { path } of stale) await orAbsent(this.files.unlink(path));
    return stale.length;
  }

  /** Proves that a file can be written, synced and removed in an area. */
  async probe(area: string): Promise<void> {
    const directory = join(this.root, area);
    await refuseLinks(this.files, directory);
    const path = join(directory, `probe.${attemptId()}`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await this.files.open(path, flags, FILE_MODE);
    try {
      await file.writev([Buffer.from('probe')], 0);
      await file.sync();
    } finally {
      await file.close();
      await this.files.unlink(path);
    }
    await syncDirectory(this.files, directory);
  }

  freeBytes(): Promise<number> {
    return this.files.freeBytes(this.root);
  }

  private pathOf(digest: string): string {
    return join(this.root, OBJECTS, valid(digest).slice(0, 2), digest.slice(2, 4), digest);
  }

  private async openRegular(path: string): Promise<OpenedFile | null> {
    // Non-blocking, so that a planted pipe cannot hold a thread for ever.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await orAbsent(ignoring('ELOOP', this.files.open(path, flags)));
    if (!file) return null;
    const stats = await file.stat();
    if (stats.isFile()) return { file, stats };
    await file.close();
    return null;
  }

  private async namesIn(directory: string): Promise<readonly string[]> {
    try {
      await refuseLinks(this.files, directory);
      return await this.files.readdir(directory);
    } catch (error) {
      // A plain file or a link among the directories is not ours.
      if (['ENOTDIR', 'ENOENT', 'ELOOP'].includes(errnoOf(error) ?? '')) return [];
      throw error;
    }
  }

  private async attempts(area: string): Promise<readonly { readonly path: string; readonly stats: Stats }[]> {
    const directory = join(this.root, area);
    const found: { path: string; stats: Stats }[] = [];
    for (const name of await this.files.readdir(directory)) {
      const path = join(directory, name);
      const stats = ATTEMPT.test(name) ? await orAbsent(this.files.lstat(path)) : null;
      if (stats?.isFile() === true) found.push({ path, stats });
    }
    return found;
  }
}

class FileAttempt implements Attempt {
  private published = false;
  private closed = false;

  constructor(
    readonly file: WritableFile,
    private readonly steps: { publish(): Promise<void>; discard(): Promise<void> },
  ) {}

  async sync(): Promise<void> {
    await this.file.sync();
    await this.close();
  }

  async publish(): Promise<void> {
    await this.steps.publish();
    this.published = true;
  }

  async discard(): Promise<void> {
    await this.close().catch(() => undefined);
    // After a rename whose sync failed there is nothing at this name, and what is at the final one may be another's.
    if (!this.published) await this.steps.discard().catch(() => undefined);
  }

  private async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.file.close();
  }
}

/** Unique, and in the order of time for attempts that begin one after the other. */
const attemptId = (): string => `${Date.now().toString(16).padStart(12, '0')}-${randomUUID()}`;

const valid = (digest: string): string => {
  if (DIGEST.test(digest)) return digest;
  throw new TypeError('not a digest');
};

const ignoring = async <T>(code: string, call: Promise<T>): Promise<T | null> => {
  try {
    return await call;
  } catch (error) {
    if (errnoOf(error) === code) return null;
    throw error;
  }
};

const makeAll = async (files: Files, path: string): Promise<void> => {
  if ((await orAbsent(files.lstat(path))) !== null) return;
  await makeAll(files, dirname(path));
  await ignoring('EEXIST', files.mkdir(path, DIRECTORY_MODE));
  await syncDirectory(files, await files.realpath(dirname(path)));
};
