import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '#domain/fault/fault.js';

const STOP_LIMIT_MS = 60_000;

/**
 * Clears what an earlier owner left when it was killed: a server still running is stopped (nobody supervises it), and a
 * pid file is removed that names a process which is no server of this cluster, since PostgreSQL would refuse to start.
 */
export const clearLeftovers = async (cluster: string): Promise<void> => {
  const file = join(cluster, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (!(await isServerOf(pid, cluster))) return rm(file, { force: true });
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_LIMIT_MS;
  while (await isServerOf(pid, cluster)) {
    if (Date.now() > deadline)
      throw new Fault('stack.failed', { step: 'database', reason: 'a server left running does not stop', pid });
    await delay(50);
  }
};

const isServerOf = async (pid: number, cluster: string): Promise<boolean> => {
  if (!isAlive(pid)) return false;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  // Without /proc the pid file has to be believed.
  return command === null ? process.platform !== 'linux' : command.includes(cluster);
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
