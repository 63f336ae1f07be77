import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Store, type Chapter } from './store.js';

/** Writes that follow each other within this time are one. */
const SETTLE_MS = 100;

/** `<name>.json` per chapter and a file per block. Killed, it may have lost its last 100 ms, never more. */
export class DirectoryStore extends Store {
  private readonly dirty = new Map<string, () => unknown>();
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly directory: string) {
    super();
    mkdirSync(join(directory, 'blocks'), { recursive: true, mode: 0o700 });
  }

  override chapter<T>(name: string, snapshot: () => T): Chapter<T> {
    return {
      kept: this.read<T>(name),
      changed: () => {
        this.dirty.set(name, snapshot);
        this.timer ??= setTimeout(() => void this.flush(), SETTLE_MS);
      },
    };
  }

  override putBlock(id: string, bytes: Buffer): Promise<void> {
    return this.replace(this.blockFile(id), bytes);
  }

  override async block(id: string): Promise<Buffer | null> {
    try {
      return await readFile(this.blockFile(id));
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  override removeBlock(id: string): Promise<void> {
    return rm(this.blockFile(id), { force: true });
  }

  override flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.writing = this.writing.then(async () => {
      const chapters = [...this.dirty];
      this.dirty.clear();
      for (const [name, snapshot] of chapters) {
        await this.replace(join(this.directory, `${name}.json`), JSON.stringify(snapshot()));
      }
    });
    return this.writing;
  }

  private read<T>(name: string): T | null {
    try {
      return JSON.parse(readFileSync(join(this.directory, `${name}.json`), 'utf8')) as T;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  private async replace(file: string, content: string | Buffer): Promise<void> {
    await writeFile(`${file}.new`, content, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }

  /** Ids are opaque and may come from outside: their hash is a name that no file system minds. */
  private blockFile(id: string): string {
    return join(this.directory, 'blocks', createHash('sha256').update(id).digest('hex'));
  }
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';
