import { JobQueue, type Job, type QueueCounts } from '#application/ports/job-queue.js';
import { QUEUE_NAMES, type QueueName } from '#contracts/jobs/jobs.js';
import { Fault } from '#domain/fault/fault.js';
import type { Logger } from '#platform/logger.js';
import { occasionally } from './occasionally.js';
import type { QueueBackend, WorkQueue } from './queue-backend.js';
import { within } from './within.js';

/** Longest that a caller waits for a queue that does not answer. */
const ANSWER_MS = 3_000;
const CHUNK = 250;

/**
 * Terminal states live in PostgreSQL, so BullMQ forgets a job once it is over (which also lets its id be used again), and
 * never gives one up by itself: the number of attempts is the ledger's to judge. The largest that both backends can hold.
 */
const FOREVER = {
  attempts: 2 ** 31 - 1,
  backoff: { type: 'custom' },
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 0,
} as const;

/** Producer side of the queues in BullMQ. */
export class BullmqJobQueue extends JobQueue {
  private readonly opened = new Map<QueueName, OpenedQueue>();

  constructor(
    private readonly backend: QueueBackend,
    private readonly logger: Logger,
  ) {
    super();
  }

  override async add(jobs: readonly Job[]): Promise<void> {
    for (const [name, ofQueue] of Map.groupBy(jobs, ({ queue }) => queue)) {
      for (const chunk of chunks(ofQueue)) await this.ask(name, (queue) => queue.addBulk(chunk.map(bulkJob)));
    }
  }

  override async missing(name: QueueName, ids: readonly string[]): Promise<readonly string[]> {
    const missing: string[] = [];
    for (const chunk of chunks(ids)) {
      const jobs = await this.ask(name, (queue) => Promise.all(chunk.map((id) => queue.getJob(id))));
      missing.push(...chunk.filter((_, index) => jobs[index] === undefined || isOver(jobs[index])));
    }
    return missing;
  }

  override async counts(): Promise<readonly QueueCounts[]> {
    return Promise.all(
      QUEUE_NAMES.map(async (name) => {
        const counts = await this.ask(name, (queue) =>
          queue.getJobCounts('waiting', 'prioritized', 'waiting-children', 'active', 'delayed'),
        );
        const { active = 0, delayed = 0, ...held } = counts;
        return { queue: name, waiting: Object.values(held).reduce((sum, jobs) => sum + jobs, 0), active, delayed };
      }),
    );
  }

  override async close(): Promise<void> {
    const opened = [...this.opened.values()];
    this.opened.clear();
    await Promise.all(
      opened.map(async ({ queue }) => {
        await within(ANSWER_MS, queue.close()).catch(() => undefined);
        await within(ANSWER_MS, queue.abandon()).catch(() => undefined);
      }),
    );
  }

  private async ask<T>(name: QueueName, question: (queue: WorkQueue) => Promise<T>): Promise<T> {
    try {
      return await within(ANSWER_MS, this.open(name).then(question));
    } catch (error) {
      throw new Fault('queue.unavailable', { queue: name, backend: this.backend.kind }, { cause: error });
    }
  }

  private open(name: QueueName): Promise<WorkQueue> {
    const known = this.opened.get(name);
    if (known) return known.ready;
    const queue = this.backend.queue(name);
    queue.on(
      'error',
      occasionally((error) => this.logger.warn({ err: error, queue: name }, 'queue trouble')),
    );
    const failed = Promise.withResolvers<never>();
    queue.on('error', (error) => failed.reject(error));
    failed.promise.catch(() => undefined);
    // BullMQ waits for a first connection without end, or remembers for good that it failed: such a queue is thrown away.
    const ready = Promise.race([queue.waitUntilReady(), failed.promise]).then(
      () => queue,
      async (error: unknown) => {
        this.opened.delete(name);
        await within(ANSWER_MS, queue.abandon()).catch(() => undefined);
        throw error;
      },
    );
    this.opened.set(name, { queue, ready });
    return ready;
  }
}

interface OpenedQueue {
  readonly queue: WorkQueue;
  readonly ready: Promise<WorkQueue>;
}

const bulkJob = ({ id, queue, payload, correlationId, traceparent }: Job) => ({
  name: queue,
  data: { payload, correlationId, traceparent },
  opts: { ...FOREVER, jobId: id },
});

const isOver = (job: { readonly finishedOn?: number | undefined } | undefined): boolean =>
  job?.finishedOn !== undefined;

const chunks = function* <T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
};
