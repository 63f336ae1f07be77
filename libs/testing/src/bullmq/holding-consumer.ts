// A process that takes one job and never finishes it, to be killed: node ... holding-consumer.ts <redis url or ''> <database url>
import { BullmqJobConsumer } from '#adapters/bullmq/bullmq-job-consumer.js';
import { queueBackend } from '#adapters/bullmq/queue-backend.js';
import { createLogger } from '#platform/logger.js';

const [redisUrl, databaseUrl = ''] = process.argv.slice(2);
const backend = queueBackend(redisUrl === '' ? undefined : redisUrl, databaseUrl);
const consumer = new BullmqJobConsumer(backend, createLogger('holding-consumer', { logLevel: 'silent' }));

await consumer.start('store-object', (job) => {
  process.send?.({ holds: job.id });
  return new Promise(() => undefined);
});
