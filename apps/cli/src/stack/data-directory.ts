import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { serverAccount } from '#adapters/embedded-postgres/account.js';
import { Fault } from '#domain/fault/fault.js';

/** What others may do with a data directory: nothing; under root PostgreSQL's own user may pass through to its cluster. */
export const directoryMode = (): number => (serverAccount() === null ? 0o700 : 0o710);

/** Where an embedded stack keeps everything. */
export class DataDirectory {
  readonly root: string;

  constructor(path: string) {
    this.root = resolve(path);
  }

  get hot(): string {
    return join(this.root, 'hot');
  }

  get vault(): string {
    return join(this.root, 'vault');
  }

  get postgres(): string {
    return join(this.root, 'postgres');
  }

  get lock(): string {
    return join(this.root, 'up.lock');
  }

  file(name: 'secrets.json' | 'ports.json' | 'stack.json' | 'vault.json'): string {
    return join(this.root, name);
  }

  /** Makes the directory, closed to others, and closes one that is there already. */
  prepare(): void {
    try {
      for (const directory of [this.root, this.hot, this.vault]) mkdirSync(directory, { recursive: true, mode: 0o700 });
      const account = serverAccount();
      if (account !== null) chownSync(this.root, 0, account.gid);
      chmodSync(this.root, directoryMode());
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = `its data directory ${this.root} cannot be made (${code ?? 'unknown'})`;
      throw new Fault('stack.failed', { service: 'Ballast', reason }, { cause: error });
    }
  }
}

/** Reads a JSON file; null when it is not there or is not JSON. */
export const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
};

/** Writes a JSON file of mode 0600 as a whole: a reader sees the old one or the new one. */
export const writeJson = (file: string, value: unknown): void => {
  const aside = `${file}.${randomUUID()}`;
  try {
    writeFileSync(aside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
};
