import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream, closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { run, type Finished } from './run.js';

const MiB = 1024 * 1024;

/** A person with git and git-lfs: an empty HOME, a bare repository as the git remote, working copies of it. */
export class Client {
  readonly home: string;
  readonly remote: string;

  constructor(private readonly directory: string) {
    this.home = join(directory, 'home');
    this.remote = join(directory, 'remote.git');
    mkdirSync(this.home, { recursive: true });
  }

  async prepare(): Promise<this> {
    await this.git(this.directory, ['init', '--quiet', '--bare', '--initial-branch=main', this.remote]);
    await this.git(this.directory, ['lfs', 'install', '--skip-repo']);
    await this.git(this.directory, ['config', '--global', 'user.name', 'A Person']);
    await this.git(this.directory, ['config', '--global', 'user.email', 'person@example.org']);
    return this;
  }

  /** A new working copy whose LFS endpoint is `lfsUrl`; every `*.bin` is an LFS file. */
  async workingCopy(name: string, lfsUrl: string): Promise<string> {
    const copy = join(this.directory, name);
    await this.must(this.directory, ['clone', '--quiet', this.remote, copy], { GIT_LFS_SKIP_SMUDGE: '1' });
    await this.must(copy, ['config', 'lfs.url', lfsUrl]);
    await this.must(copy, ['config', 'lfs.locksverify', 'false']);
    await this.must(copy, ['checkout', '--quiet', '-B', 'main']);
    await this.must(copy, ['lfs', 'track', '*.bin']);
    return copy;
  }

  /** Adds and commits all; returns nothing to push when nothing changed. */
  async commit(copy: string, message: string): Promise<void> {
    await this.must(copy, ['add', '--all']);
    await this.must(copy, ['commit', '--quiet', '--allow-empty', '--message', message]);
  }

  /** Pushes to a branch; the exit code is git's own. */
  push(copy: string, branch = 'main', timeoutMs = 600_000): Promise<Finished> {
    return this.git(copy, ['push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`], {}, timeoutMs);
  }

  /** A fresh clone with every LFS file in place; its own `.git`, no shared objects. */
  async clone(name: string, lfsUrl: string, timeoutMs = 600_000): Promise<{ copy: string; result: Finished }> {
    const copy = join(this.directory, name);
    const result = await this.git(
      this.directory,
      ['-c', `lfs.url=${lfsUrl}`, 'clone', '--quiet', '--branch', 'main', this.remote, copy],
      { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'lfs.url', GIT_CONFIG_VALUE_0: lfsUrl },
      timeoutMs,
    );
    return { copy, result };
  }

  git(
    cwd: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    timeoutMs = 600_000,
  ): Promise<Finished> {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.home,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: '/bin/true',
      LC_ALL: 'C',
      ...environment,
    };
    return run('git', args, { cwd, env, timeoutMs });
  }

  async must(cwd: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Finished> {
    const result = await this.git(cwd, args, environment);
    if (result.code !== 0) throw new Error(`git ${args.join(' ')} exited with ${result.code}: ${result.stderr}`);
    return result;
  }
}

/** Writes a file of random bytes. */
export const writeRandomFile = (path: string, sizeBytes: number): void => {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  const block = Buffer.alloc(Math.min(MiB, Math.max(1, sizeBytes)));
  for (let written = 0; written < sizeBytes;) {
    randomFillSync(block);
    written += writeSync(file, block, 0, Math.min(block.length, sizeBytes - written));
  }
  closeSync(file);
};

/** SHA-256 of a file, hex. */
export const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: MiB })) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** Path to SHA-256 of every `*.bin` below a directory. */
export const digests = async (directory: string): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !entry.name.endsWith('.bin') || path.includes(`${join(directory, '.git')}/`)) continue;
    found.set(relative(directory, path), await sha256(path));
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
};

export const forget = (path: string): void => rmSync(path, { recursive: true, force: true });
