import { z } from 'zod';
import { secretSetting } from '#platform/settings.js';

export const queueSettings = {
  redisUrl: secretSetting(
    'BALLAST_REDIS_URL',
    'URL of the Redis or Valkey that holds the queues; without it they are kept in PostgreSQL.',
    z.url({ protocol: /^rediss?$/, hostname: /./, error: 'expected redis://… or rediss://…' }).optional(),
  ),
};
