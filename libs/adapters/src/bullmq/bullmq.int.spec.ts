import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { JobConsumer } from '#application/ports/job-queue.js';
import { createLogger } from '#platform/logger.js';
import { startHolder } from '#testing/bullmq/start-holder.js';
import { describeJobConsumer, type ConsumedQueue } from '#testing/contracts/job-consumer.contract.js';
import { describeJobQueue } from '#testing/contracts/job-queue.contract.js';
import { startRedis, type RedisProcess } from '#testing/infra/redis-process.js';
import { sharedDatabaseUrl, testRedisUrl } from '#testing/infra/shared-services.js';
import { emptyDatabase } from '#testing/postgres/fresh-database.js';
import { BullmqJobConsumer } from './bullmq-job-consumer.js';
import { BullmqJobQueue } from './bullmq-job-queue.js';
import { queueBackend, type QueueBackend } from './queue-backend.js';

const logger = createLogger('spec', { logLevel: 'silent' });
/** Nothing listens there. */
const NOWHERE = '127.0.0.1:9';

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

/** Opens queue and consumers for each test and closes them after it. */
const eachTest = (backend: () => QueueBackend, unreachable: QueueBackend) => {
  let consumers: JobConsumer[] = [];
  let queue: BullmqJobQueue;
  let nowhere: BullmqJobQueue;

  beforeEach(() => {
    consumers = [];
    queue = new BullmqJobQueue(backend(), logger);
    nowhere = new BullmqJobQueue(unreachable, logger);
  });
  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.drain(100)));
    await Promise.all([queue.close(), nowhere.close()]);
  }, 20_000);

  return (harness: Omit<ConsumedQueue, 'queue' | 'unreachable' | 'consumer'>): ConsumedQueue => ({
    ...harness,
    queue,
    unreachable: nowhere,
    consumer: () => {
      const consumer = new BullmqJobConsumer(backend(), logger);
      consumers.push(consumer);
      return consumer;
    },
  });
};

describe('on PostgreSQL', () => {
  let own: Awaited<ReturnType<typeof emptyDatabase>>;
  let database: pg.Client;
  let administrator: pg.Client;
  const harness = eachTest(
    () => queueBackend(undefined, own.url),
    queueBackend(undefined, `postgresql://nobody@${NOWHERE}/nowhere`),
  );

  const flush = async (): Promise<void> => {
    const tables = await database.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'bullmq' and tablename <> 'migration'`,
    );
    if (tables.rowCount) await database.query(`truncate ${tables.rows.map(({ name }) => name).join(', ')}`);
  };

  const connect = async (): Promise<void> => {
    database = new pg.Client(own.url);
    database.on('error', () => undefined);
    await database.connect();
  };
  const allowConnections = (allow: boolean): Promise<unknown> =>
    administrator.query(`alter database ${nameOf(own.url)} with allow_connections ${allow}`);

  beforeAll(async () => {
    own = await emptyDatabase();
    administrator = new pg.Client(sharedDatabaseUrl());
    await administrator.connect();
    await connect();
  });
  beforeEach(flush);
  afterAll(async () => {
    await Promise.all([database.end(), administrator.end()]);
    await own.drop();
  });

  const open = (): ConsumedQueue =>
    harness({
      flush,
      takeOver: async (id) => {
        await database.query(`update bullmq.job set lock_token = 'another' where id = $1`, [id]);
      },
      outage: async () => {
        await allowConnections(false);
        await administrator.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
          nameOf(own.url),
        ]);
        return async () => {
          await allowConnections(true);
          await connect();
        };
      },
      hold: () => startHolder(undefined, own.url),
    });
  describeJobQueue('BullMQ on PostgreSQL', open);
  describeJobConsumer('BullMQ on PostgreSQL', open);
});

// A server of its own, since it is emptied and killed.
const onRedis = testRedisUrl() === null ? describe.skip : describe;

onRedis('on Redis', () => {
  const home = mkdtempSync(join(tmpdir(), 'ballast-queue-'));
  let redis: RedisProcess;
  let admin: Redis;
  const harness = eachTest(() => queueBackend(redis.url, ''), queueBackend(`redis://${NOWHERE}`, ''));

  const start = async (port?: number): Promise<RedisProcess> => {
    const started = await startRedis(home, port);
    if (!started) throw new Error('redis-server could not be started');
    return started;
  };

  beforeAll(async () => {
    redis = await start();
    admin = new Redis(redis.url);
    admin.on('error', () => undefined);
  });
  beforeEach(() => admin.flushall());
  afterAll(async () => {
    admin.disconnect();
    await redis.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const open = (): ConsumedQueue =>
    harness({
      flush: async () => void (await admin.flushall()),
      takeOver: async (id) => {
        await admin.set(`ballast:store-object:${id}:lock`, 'another');
      },
      outage: async () => {
        process.kill(redis.pid, 'SIGKILL');
        await redis.stop();
        return async () => {
          redis = await start(Number(new URL(redis.url).port));
        };
      },
      hold: () => startHolder(redis.url, ''),
    });
  describeJobQueue('BullMQ on Redis', open);
  describeJobConsumer('BullMQ on Redis', open);
});

describe('a server that takes connections and never answers', () => {
  let silent: Server;
  beforeAll(async () => {
    silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterAll(() => silent.close());

  it.each(['redis', 'postgres'] as const)(
    'is an unavailable queue within seconds, as %s',
    async (kind) => {
      const { port } = silent.address() as AddressInfo;
      const url = `${kind}://127.0.0.1:${port}/none`;
      const queue = new BullmqJobQueue(queueBackend(kind === 'redis' ? url : undefined, url), logger);
      const began = Date.now();
      await expect(queue.counts()).rejects.toMatchObject({ code: 'queue.unavailable', facts: { backend: kind } });
      expect(Date.now() - began).toBeLessThan(4_000);
      await queue.close();
      expect(Date.now() - began).toBeLessThan(10_000);
    },
    15_000,
  );
});
