import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, lstatSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes, formatDuration } from '../terminal/format.js';
import { directoryMode, type DataDirectory } from '../stack/data-directory.js';
import { fail, ok, warn, type Check, type Finding } from './finding.js';

const NODE_LEAST = 22;

export const checkRuntime: Check = async () => {
  const { node } = process.versions;
  const good = Number(node.split('.')[0]) >= NODE_LEAST;
  return [good ? ok('runtime', `Node ${node}`) : fail('runtime', `Node ${node} is too old`, 'use Node 24')];
};

/** Who may enter the data directory and read its secrets. */
export const checkDataDirectory =
  (data: DataDirectory): Check =>
  async () => {
    if (!existsSync(data.root)) {
      return [
        warn('data directory', `${data.root} is not there yet`, '`ballast up` makes it; --data-dir names another'),
      ];
    }
    const findings = [modeOf('data directory', data.root, directoryMode())];
    for (const file of ['secrets.json', 'stack.json'] as const) {
      if (existsSync(data.file(file))) findings.push(modeOf(file, data.file(file), 0o600));
    }
    return findings;
  };

const modeOf = (name: string, path: string, wanted: number): Finding => {
  const { mode, uid } = lstatSync(path);
  const extra = mode & 0o777 & ~wanted;
  const own = process.getuid?.();
  if (extra !== 0) return fail(name, `others may read ${path}`, `chmod ${wanted.toString(8)} ${path}`);
  if (own !== undefined && own !== 0 && own !== uid)
    return warn(name, `${path} belongs to another user`, 'run ballast as its owner');
  return ok(name, `${path} is closed to others`);
};

const FREE_WARN_BYTES = 5 * 2 ** 30;
const TMPFS = 0x01021994;

/** Room and speed of a directory that objects are kept in. */
export const checkDisk =
  (name: string, directory: string, floorBytes: number): Check =>
  async () => {
    if (!existsSync(directory))
      return [warn(name, `${directory} is not there yet`, 'the service that uses it makes it')];
    const { bavail, bsize, type } = await statfs(directory);
    const free = bavail * bsize;
    const findings = [room(name, free, floorBytes)];
    if (type === TMPFS) {
      findings.push(
        warn(name, `${directory} is in memory (tmpfs)`, 'keep objects on a disk: this is empty after a restart'),
      );
    }
    return [...findings, speed(name, await fsyncMs(directory))];
  };

const room = (name: string, free: number, floorBytes: number): Finding => {
  const text = `${formatBytes(free)} free`;
  if (free <= floorBytes)
    return fail(
      name,
      `${text}, below the floor of ${formatBytes(floorBytes)}: no upload is admitted`,
      'free some space',
    );
  if (free <= floorBytes + FREE_WARN_BYTES) return warn(name, text, 'free some space soon');
  return ok(name, text);
};

const FSYNC_SLOW_MS = 20;

const speed = (name: string, ms: number): Finding => {
  const text = `fsync takes ${ms < 1 ? `${ms.toFixed(2)} ms` : formatDuration(ms)} (median)`;
  return ms > FSYNC_SLOW_MS
    ? warn(name, text, 'every upload waits for a few of them: a faster disk helps')
    : ok(name, text);
};

const ROUNDS = 15;

/** Median time of writing a block and having it on the disk. */
const fsyncMs = async (directory: string): Promise<number> => {
  const path = join(directory, `doctor-${randomUUID()}`);
  const file = await open(path, 'wx', 0o600);
  const times: number[] = [];
  try {
    const block = Buffer.alloc(4096, 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      await file.write(block);
      const startedAt = performance.now();
      await file.sync();
      times.push(performance.now() - startedAt);
    }
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
};

/** A server needs no git-lfs; whoever tries a push from here does. */
export const checkGitLfs: Check = async () => {
  const { status, stdout } = spawnSync('git', ['lfs', 'version'], { encoding: 'utf8' });
  if (status !== 0)
    return [warn('git-lfs', 'not installed on this machine', 'only clients need it: https://git-lfs.com')];
  const version = /git-lfs\/(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'unknown';
  const tooOld = Number(version.split('.')[0]) < 3;
  return [
    tooOld
      ? warn('git-lfs', `${version} is older than any that was tested`, 'use 3.0 or newer')
      : ok('git-lfs', version),
  ];
};
