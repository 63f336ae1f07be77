import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chown, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '#domain/fault/fault.js';
import type { Account } from './account.js';
import { ServerLog } from './server-log.js';

export interface NewCluster {
  readonly initdb: string;
  readonly directory: string;
  readonly account: Account | null;
  readonly password: string;
  readonly durable: boolean;
  readonly signal: AbortSignal;
}

/** True once initdb has finished here: its last act is to write `global/pg_control` for good, ours is this mark. */
export const isInitialized = (directory: string): Promise<boolean> =>
  stat(join(directory, 'ballast-initialized')).then(
    () => true,
    () => false,
  );

/** Makes a cluster in an empty directory. What an interrupted attempt left is removed first; anything else is refused. */
export const initialize = async (cluster: NewCluster): Promise<void> => {
  const { directory, account } = cluster;
  const passwordFile = join(directory, '..', `${randomUUID()}.initdb`);
  await clear(directory);
  await writeFile(passwordFile, cluster.password, { mode: 0o600 });
  try {
    if (account !== null) await chown(passwordFile, account.uid, account.gid);
    await runInitdb(cluster, passwordFile);
    await writeFile(join(directory, 'ballast-initialized'), '');
  } finally {
    await rm(passwordFile, { force: true });
  }
};

const clear = async (directory: string): Promise<void> => {
  const entries = await readdir(directory);
  if (entries.length === 0) return;
  if (!entries.includes('base') && !entries.includes('PG_VERSION')) {
    throw new Fault('stack.failed', {
      step: 'initdb',
      reason: 'the directory holds something that is no database',
      directory,
    });
  }
  await Promise.all(entries.map((entry) => rm(join(directory, entry), { recursive: true, force: true })));
};

const runInitdb = async (
  { initdb, directory, account, durable, signal }: NewCluster,
  passwordFile: string,
): Promise<void> => {
  const args = ['--pgdata', directory, '--username', 'postgres', '--auth', 'scram-sha-256', '--pwfile', passwordFile];
  const child = spawn(initdb, [...args, '--encoding', 'UTF8', '--locale', 'C', ...(durable ? [] : ['--no-sync'])], {
    ...account,
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  const log = new ServerLog();
  log.follow(child.stdout);
  log.follow(child.stderr);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Fault('stack.failed', { step: 'initdb', code, log: log.tail() });
};
