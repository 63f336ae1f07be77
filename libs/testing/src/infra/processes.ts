import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#adapters/embedded-postgres/embedded-postgres.js';
import { startRedis, stopAbandonedRedis } from './redis-process.js';
import type { TestInfra } from './test-infra.js';

const PREFIX = 'ballast-test-';

/** Throw-away servers as processes of this machine: PostgreSQL from npm, and redis-server where it is installed. */
export const startProcesses = async (): Promise<TestInfra> => {
  await sweepAbandoned();
  const home = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // As root the server runs as another user, who has to get in.
  await chmod(home, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir: join(home, 'postgres'), durable: false });
  const redis = await startRedis(home);
  return {
    driver: 'process',
    databaseUrl: postgres.superuserUrl,
    redisUrl: redis?.url ?? null,
    redisReason: redis ? '' : 'there is no redis-server on the PATH',
    stop: async () => {
      await Promise.all([postgres.stop(), redis?.stop()]);
      await rm(postgres.directory, { recursive: true, force: true });
      await rm(home, { recursive: true, force: true });
    },
  };
};

// A run that was killed leaves its servers behind. Starting on its directory stops them, as a new owner would.
const sweepAbandoned = async (): Promise<void> => {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    const home = join(tmpdir(), name);
    await stopAbandonedRedis(home);
    const left = await startEmbeddedPostgres({ dataDir: join(home, 'postgres'), durable: false }).catch(() => null);
    await left?.stop();
    if (left) await rm(left.directory, { recursive: true, force: true });
    await rm(home, { recursive: true, force: true });
  }
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
