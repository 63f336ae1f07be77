import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Fault } from '#domain/fault/fault.js';

/** The operating system's user that the server runs as; null when it is the user who runs this process. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const CANDIDATES = ['postgres', 'nobody'];

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or `nobody` where that does not exist. */
export const serverAccount = (): Account | null => {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of CANDIDATES) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Fault('stack.failed', {
    step: 'account',
    reason: 'root may not run PostgreSQL and there is no user postgres or nobody',
  });
};

/** Whether a program can be run by that user where it lies: directories on the way may be closed to it. */
export const canRun = (program: string, account: Account | null): boolean =>
  spawnSync(program, ['--version'], { ...account, cwd: '/', stdio: 'ignore' }).status === 0;
