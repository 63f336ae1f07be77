import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '#platform/free-port.js';

export interface RedisProcess {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** A redis-server on 127.0.0.1 that keeps nothing; null when the program is not installed. */
export const startRedis = async (directory: string, port?: number): Promise<RedisProcess | null> => {
  if (spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status !== 0) return null;
  const chosen = port ?? (await freePort());
  const listening = ['--port', String(chosen), '--bind', '127.0.0.1'];
  const forgetful = ['--dir', directory, '--save', '', '--appendonly', 'no', '--pidfile', pidFile(directory)];
  const args = [...listening, ...forgetful];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(child, 'close');
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve();
    });
    child.once('close', () => reject(new Error('redis-server ended while it started')));
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  return { url: `redis://127.0.0.1:${chosen}`, pid: child.pid ?? 0, stop };
};

const pidFile = (directory: string): string => join(directory, 'redis.pid');

/** Ends the server that a killed run left behind with this directory. */
export const stopAbandonedRedis = async (directory: string): Promise<void> => {
  const pid = Number(await readFile(pidFile(directory), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (command.startsWith('redis-server')) process.kill(pid, 'SIGTERM');
};
