import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Starts a process that holds one job of `store-object`; resolves once it has it. */
export const startHolder = async (redisUrl: string | undefined, databaseUrl: string): Promise<{ kill(): void }> => {
  const child = fork(here('./holding-consumer.ts'), [redisUrl ?? '', databaseUrl], {
    execArgv: [
      '--conditions=source',
      '--experimental-transform-types',
      '--no-warnings',
      '--import',
      here('../processes/typescript.mjs'),
    ],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the holding process ended with ${String(code)}`);
    }),
  ]);
  return { kill: () => void child.kill('SIGKILL') };
};
