import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from '#platform/free-port.js';
import { eventually } from './run.js';

/** Why there is no Redis here, or null when there is. CI installs one. */
export const redisMissing: string | null =
  spawnSync('redis-server', ['--version']).status === 0
    ? null
    : 'redis-server is not installed (apt-get install redis-server)';

/** A Redis server of its own on a free loopback port that keeps nothing on disk. */
export class RedisServer {
  private process: ChildProcess | null = null;

  constructor(private readonly port: number) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const options = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--maxmemory-policy',
      'noeviction',
    ];
    this.process = spawn('redis-server', options, { stdio: 'ignore' });
    await eventually('redis answers', async () => {
      const redis = new Redis(this.url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
      redis.on('error', () => undefined);
      try {
        await redis.connect();
        await redis.ping();
      } finally {
        redis.disconnect();
      }
    });
  }

  async killAndRestartEmpty(): Promise<void> {
    await this.stop();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await this.start();
  }

  async stop(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

export const startRedis = async (): Promise<RedisServer> => {
  const server = new RedisServer(await freePort());
  await server.start();
  return server;
};
