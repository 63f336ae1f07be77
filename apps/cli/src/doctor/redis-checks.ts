import { Redis } from 'ioredis';
import { fail, ok, reason, warn, type Check, type Finding } from './finding.js';

const CONNECT_MS = 3_000;

/** How Redis or Valkey is set up, where the queues are kept in one. */
export const checkRedis =
  (url: string): Check =>
  async () => {
    const redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: CONNECT_MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    redis.on('error', () => undefined); // told by the command that fails
    try {
      await redis.connect();
      const info = await redis.info('server');
      const version = /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown';
      return [ok('queue', `Redis ${version} answers`), await policy(redis)];
    } catch (error) {
      return [fail('queue', `Redis does not answer: ${reason(error)}`, 'start it; no object is lost meanwhile')];
    } finally {
      redis.disconnect();
    }
  };

const policy = async (redis: Redis): Promise<Finding> => {
  const info = await redis.info('memory');
  const found = /maxmemory_policy:(\S+)/.exec(info)?.[1] ?? 'unknown';
  if (found === 'noeviction') return ok('queue', 'maxmemory-policy = noeviction');
  const todo =
    'set maxmemory-policy to noeviction: every other one drops jobs under pressure, which only delays them here';
  return warn('queue', `maxmemory-policy = ${found}`, todo);
};
