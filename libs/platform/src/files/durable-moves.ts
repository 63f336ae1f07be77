import { constants } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { errnoOf, type Files } from './files.js';

const DIRECTORY_MODE = 0o700;

/**
 * Gives files their final names below `root`, so that the names survive a power failure: the one place where a rename is
 * made durable. Directories on the way are made as needed; one that is a symbolic link is refused (ELOOP).
 */
export class DurableMoves {
  /** Directories whose own entry this process has synced: one that another process made may not be durable yet. */
  private readonly durable = new Set<string>(['']);

  /** `root` is a real path without symbolic links. */
  constructor(
    private readonly root: string,
    private readonly files: Files,
  ) {}

  /** The file at `from` has been synced. When this resolves it is at `to`, replacing what was there, and stays there. */
  async move(from: string, to: string): Promise<void> {
    try {
      await this.attempt(from, to);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      // Somebody removed directories that this process had made: once more, from the beginning.
      for (const directory of this.chain(dirname(to))) this.durable.delete(directory);
      await this.attempt(from, to);
    }
  }

  /** Makes a name durable that is there already, since whoever gave it may have died before the sync. */
  async confirm(path: string): Promise<void> {
    const chain = this.chain(dirname(path));
    await this.syncEntries(chain, chain);
  }

  private async attempt(from: string, to: string): Promise<void> {
    const chain = this.chain(dirname(to));
    const fresh = chain.filter((directory) => !this.durable.has(directory));
    for (const directory of fresh) await this.make(join(this.root, directory));
    await refuseLinks(this.files, dirname(to));
    await this.files.rename(from, to);
    await this.syncEntries(chain, fresh);
  }

  /** Syncs the last directory, and the parent of each whose own entry may not be durable. */
  private async syncEntries(chain: readonly string[], fresh: readonly string[]): Promise<void> {
    const changed = new Set([chain.at(-1) ?? '', ...fresh.map(parentOf)]);
    await Promise.all([...changed].map((directory) => syncDirectory(this.files, join(this.root, directory))));
    for (const directory of fresh) this.durable.add(directory);
  }

  private async make(directory: string): Promise<void> {
    try {
      await this.files.mkdir(directory, DIRECTORY_MODE);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      await refuseLinks(this.files, directory);
    }
  }

  /** `a`, `a/b`, `a/b/c` for the directory `<root>/a/b/c`. */
  private chain(directory: string): readonly string[] {
    const steps = relative(this.root, directory).split(sep);
    return steps.map((_, index) => join(...steps.slice(0, index + 1)));
  }
}

export const syncDirectory = async (files: Files, path: string): Promise<void> => {
  const directory = await files.open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

/** Fails with ELOOP when any part of an existing directory's path is a symbolic link. */
export const refuseLinks = async (files: Files, directory: string): Promise<void> => {
  if ((await files.realpath(directory)) === directory) return;
  throw Object.assign(new Error('a directory is a symbolic link'), { code: 'ELOOP' });
};

const parentOf = (directory: string): string => {
  const parent = dirname(directory);
  return parent === '.' ? '' : parent;
};
