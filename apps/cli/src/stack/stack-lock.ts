import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '#domain/fault/fault.js';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';

const TRIES = 5;

/**
 * Takes a data directory for this process: `stack.running` while another one has it, whoever comes first of two at once.
 * The lock of a process that died is taken over. Returns what gives the lock up.
 */
export const lockDirectory = (dataDir: string): (() => void) => {
  const lock = join(dataDir, 'up.lock');
  const mine = `${lock}.${randomUUID()}`;
  const text = JSON.stringify(identityOf(process.pid));
  writeFileSync(mine, text, { mode: 0o600 });
  try {
    for (let tries = 1; ; tries += 1) {
      if (claim(mine, lock)) return () => release(lock, text);
      const holder = readHolder(lock);
      if (holder && isRunning(holder)) throw new Fault('stack.running', { dataDir, pid: holder.pid });
      if (tries === TRIES) throw new Fault('stack.running', { dataDir });
      setAside(lock);
    }
  } finally {
    rmSync(mine, { force: true });
  }
};

// A hard link appears with its content or not at all, and never over another.
const claim = (mine: string, lock: string): boolean => {
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

/** The process that has the directory, dead or alive; null when nobody has. */
export const readHolder = (lock: string): ProcessIdentity | null => {
  try {
    const { pid, startedAt } = JSON.parse(readFileSync(lock, 'utf8')) as ProcessIdentity;
    return Number.isInteger(pid) && pid > 0 ? { pid, startedAt } : null;
  } catch {
    return null;
  }
};

/** Renames a dead lock away; should it be another's fresh one by now, that goes back. */
const setAside = (lock: string): void => {
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
  } catch {
    return; // gone already
  }
  const holder = readHolder(aside);
  if (holder && isRunning(holder)) claim(aside, lock);
  rmSync(aside, { force: true });
};

const release = (lock: string, text: string): void => {
  try {
    if (readFileSync(lock, 'utf8') === text) rmSync(lock, { force: true });
  } catch {
    // Gone already.
  }
};
