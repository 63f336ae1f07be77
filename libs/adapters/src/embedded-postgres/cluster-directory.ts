import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Account } from './account.js';

const OUTSIDE = '/var/lib/ballast';

/**
 * The directory that holds the cluster of `dataDir`, writable by the server's user: `dataDir/cluster`, or one outside
 * where that user cannot enter `dataDir` (root's home is closed to it), noted in `dataDir/cluster-location`.
 */
export const clusterDirectory = async (dataDir: string, account: Account | null): Promise<string> => {
  const note = join(dataDir, 'cluster-location');
  const noted = await readFile(note, 'utf8').catch(() => null);
  if (noted !== null) return noted.trim();
  await mkdir(dataDir, { recursive: true });
  const inside = resolve(dataDir, 'cluster');
  if (account === null) return own(inside, null);
  await own(inside, account);
  if (canEnter(inside, account)) return inside;
  const outside = join(OUTSIDE, `cluster-${randomUUID()}`);
  await writeFile(note, `${outside}\n`);
  return own(outside, account);
};

const own = async (directory: string, account: Account | null): Promise<string> => {
  await mkdir(directory, { recursive: true });
  if (account !== null) await chown(directory, account.uid, account.gid);
  return directory;
};

const canEnter = (directory: string, account: Account): boolean =>
  spawnSync('/bin/sh', ['-c', 'cd "$1" && test -w .', 'sh', directory], { ...account, cwd: '/', stdio: 'ignore' })
    .status === 0;
