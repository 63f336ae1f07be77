import { Redis } from 'ioredis';
import { Drill, SOME_OF_EACH } from './harness/drill.js';
import { emptyPostgresQueue } from './harness/embedded-queue.js';
import { startRedis, redisMissing, type RedisServer } from './harness/redis.js';

const MANY = Array.from({ length: 120 }, (_, index) => 500 + index * 311);

describe('the queue is a disposable index of work', () => {
  describe('on PostgreSQL', () => {
    const drill = new Drill();
    beforeAll(() => drill.start(), 120_000);
    afterAll(() => drill.dispose(), 120_000);

    it('fault 19: losing every job under load loses no object and heals within 60 s', async () => {
      const pushed = drill.pushUntilDone(await drill.work([...MANY, ...SOME_OF_EACH]));
      const stopFlushing = flushing(() => emptyPostgresQueue(drill.stack.databaseUrl));
      await pushed;
      await stopFlushing();
      await drill.ledger.settled();
      await drill.ledger.readable();
    }, 300_000);

    it('fault 26: PostgreSQL killed under load recovers, and so does everything on it', async () => {
      const pushed = drill.pushUntilDone(await drill.work([...MANY, ...SOME_OF_EACH]), 240_000);
      await new Promise((resolve) => setTimeout(resolve, 700));
      process.kill(drill.stack.postgresPid(), 'SIGQUIT');
      await pushed;
      await drill.stack.ready();
      await drill.ledger.settled();
      await drill.ledger.readable();
    }, 400_000);
  });

  (redisMissing ? describe.skip : describe)(`on Redis${redisMissing ? `: ${redisMissing}` : ''}`, () => {
    let redis: RedisServer;
    let drill: Drill;
    beforeAll(async () => {
      redis = await startRedis();
      drill = await new Drill({ environment: { BALLAST_REDIS_URL: redis.url } }).start();
    }, 120_000);
    afterAll(async () => {
      await drill.dispose();
      await redis.stop();
    }, 120_000);

    it('fault 19: FLUSHALL under load loses no object and heals within 60 s', async () => {
      const pushed = drill.pushUntilDone(await drill.work([...MANY, ...SOME_OF_EACH]));
      const stopFlushing = flushing(() => flushRedis(redis.url));
      await pushed;
      await stopFlushing();
      await drill.ledger.settled();
      await drill.ledger.readable();
    }, 300_000);

    it('fault 20: Redis killed and restarted empty under load: pushes go on, nothing is lost', async () => {
      const pushed = drill.pushUntilDone(await drill.work([...MANY, ...SOME_OF_EACH]), 240_000);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await redis.killAndRestartEmpty();
      await pushed;
      await drill.ledger.settled();
      await drill.ledger.readable();
    }, 400_000);
  });
});

/** Empties the queue again and again until told to stop. */
const flushing = (flush: () => Promise<void>): (() => Promise<void>) => {
  let going = true;
  const loop = (async () => {
    while (going) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      await flush();
    }
  })();
  return async () => {
    going = false;
    await loop;
  };
};

const flushRedis = async (url: string): Promise<void> => {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
};
