import { readFileSync } from 'node:fs';

/** A process by number and start time: a number alone is given out again after a while. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In ticks since boot; null where the system does not tell. */
  readonly startedAt: string | null;
}

export const identityOf = (pid: number): ProcessIdentity => ({ pid, startedAt: startTime(pid) });

/** Whether that very process is still there. */
export const isRunning = ({ pid, startedAt }: ProcessIdentity): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startedAt === null || startTime(pid) === startedAt;
};

const startTime = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
};
