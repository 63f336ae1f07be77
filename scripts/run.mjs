import { spawn } from 'node:child_process';
import { constants } from 'node:os';

import { orExit } from './failure.mjs';
import { environment, runtime } from './runtime.mjs';

/**
 * Runs `node ...args` in the foreground and resolves with its exit code. Signals go on to the child, and
 * we leave only after it: it may have a queue to drain. On a terminal Ctrl-C reaches the child by itself.
 */
export const run = (args, { node = process.execPath, env = {} } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: 'inherit', env: { ...environment(node), ...env } });
    const forward = (signal) => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const watch = onOrphaned(() => forward('SIGTERM'));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });

// npm starts us through a shell, and on SIGTERM that shell dies without a word to us.
const onOrphaned = (action) => {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    action();
  }, 500);
  return watch;
};

/**
 * Carries on under a fitting Node: returns at once when this process is one, otherwise runs the same
 * script under the right one and never returns.
 */
export const ensureRuntime = async () => {
  const node = await orExit(runtime);
  if (node !== process.execPath) process.exit(await run(process.argv.slice(1), { node }));
};
