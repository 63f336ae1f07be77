import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '#domain/fault/fault.js';

/** Process and start time: a process id alone is used again after a while. */
const identity = async (pid: number): Promise<string | null> => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`.trim();
};

/**
 * Marks a data directory as in use by this process; a second one is refused with `stack.failed`. The mark of a process
 * that died is taken over. Returns what gives the mark up.
 */
export const claimDirectory = async (dataDir: string): Promise<() => Promise<void>> => {
  const file = join(dataDir, 'owner');
  const mine = (await identity(process.pid)) ?? String(process.pid);
  await refuseLiving(dataDir, file);
  await writeFile(file, mine, { flag: 'wx' }).catch(() => {
    throw alreadyOwned(dataDir, 'another process');
  });
  return () => rm(file, { force: true });
};

const refuseLiving = async (dataDir: string, file: string): Promise<void> => {
  const owner = await readFile(file, 'utf8').catch(() => null);
  if (owner === null) return;
  const pid = Number(owner.split(' ')[0]);
  if ((await identity(pid)) === owner) throw alreadyOwned(dataDir, `process ${pid}`);
  await rm(file, { force: true });
};

const alreadyOwned = (dataDir: string, who: string): Fault =>
  new Fault('stack.failed', {
    step: 'database',
    reason: `${who} already runs a database here: stop it first`,
    directory: dataDir,
  });
