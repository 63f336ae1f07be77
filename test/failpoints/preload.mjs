/**
 * Crash drills: loaded with `node --import` by tests only, never part of the build. Subscribes to the milestones that services
 * announce over diagnostics_channel; a file named after a milestone in BALLAST_TEST_FAILPOINTS says what to do there, once:
 *
 *   kill           SIGKILL to this process, before anything else of it runs
 *   stop           SIGSTOP (the test sends SIGCONT)
 *   busy:<ms>      blocks the event loop
 *   throw          an uncaught exception
 */
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.env['BALLAST_TEST_FAILPOINTS'];
const names = (process.env['BALLAST_TEST_MILESTONES'] ?? '').split(',').filter(Boolean);

const halt = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

const actions = {
  kill: () => {
    process.kill(process.pid, 'SIGKILL');
    halt(60_000);
  },
  stop: () => process.kill(process.pid, 'SIGSTOP'),
  busy: (ms) => halt(Number(ms)),
  throw: () =>
    setImmediate(() => {
      throw new Error('thrown by a crash drill');
    }),
};

/** Takes the order by renaming its file: of several processes that get here at once, one obeys. */
const take = (name) => {
  const order = join(directory, name);
  try {
    const text = readFileSync(order, 'utf8').trim();
    renameSync(order, `${order}.fired`);
    return text;
  } catch {
    return null;
  }
};

if (directory !== undefined) {
  for (const name of names) {
    subscribe(`ballast:${name}`, () => {
      const order = take(name);
      if (order === null) return;
      const [action, argument] = order.split(':');
      actions[action]?.(argument);
    });
  }
}
