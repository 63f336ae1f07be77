import { UnrecoverableError } from 'bullmq';
import { JobConsumer, type JobFate, type JobHandler, type UntrustedJob } from '#application/ports/job-queue.js';
import { QUEUES, type QueueName } from '#contracts/jobs/jobs.js';
import { Fault } from '#domain/fault/fault.js';
import type { Logger } from '#platform/logger.js';
import { occasionally } from './occasionally.js';
import type { QueueBackend, QueueWorker, TakenJob, WorkerTuning } from './queue-backend.js';
import { within } from './within.js';

/**
 * A killed worker's job is taken over once its lock has expired and two stalled checks have seen it (the first one marks
 * it): after 15 s + 2 * 10 s at the worst, well within the promised minute. The lock is renewed every 7.5 s, so an event
 * loop may hang for as long before a job is taken over by mistake; the lease on the object refuses that second attempt.
 */
const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 10_000;

/** Handlers stop within a second of their signal; a little more, then the job is handed back without waiting for them. */
const STOP_MS = 2_000;
const HAND_BACK_MS = 3_000;
const REOPEN_MS = 1_000;
const START_MS = 5_000;
/** Before a job is tried again whose handler broke its word or whose completion the queue refused. */
const UNTOLD_RETRY_MS = 5_000;

/** Tells BullMQ to run the job again after a delay. */
class Again extends Error {
  constructor(readonly delayMs: number) {
    super('again');
  }
}

interface Run {
  readonly abort: AbortController;
  /** Settled to end the job without its handler. */
  readonly handedBack: PromiseWithResolvers<JobFate>;
}

const tuningOf = (queue: QueueName): WorkerTuning => ({
  concurrency: QUEUES[queue].concurrency,
  lockDuration: LOCK_MS,
  stalledInterval: STALLED_CHECK_MS,
  // How often a job may be taken over: PostgreSQL counts attempts and decides, BullMQ never does.
  maxStalledCount: 2 ** 31 - 1,
  runRetryDelay: REOPEN_MS,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
  settings: {
    backoffStrategy: (_attempts, _type, error) => (error instanceof Again ? error.delayMs : UNTOLD_RETRY_MS),
  },
});

/** Consumer side of the queues in BullMQ: one BullMQ worker a queue, reopened for as long as the queue is away. */
export class BullmqJobConsumer extends JobConsumer {
  private readonly workers = new Set<QueueWorker>();
  private readonly running = new Map<string, Run>();
  /** Ids that the queue forgot while they ran. */
  private readonly forgotten = new Set<string>();
  private draining: Promise<void> | null = null;

  constructor(
    private readonly backend: QueueBackend,
    private readonly logger: Logger,
  ) {
    super();
  }

  /** Resolves when jobs are being taken, or after a few seconds when the queue is away: they will be once it is back. */
  override async start(queue: QueueName, handler: JobHandler): Promise<void> {
    await within(START_MS, this.open(queue, handler)).catch(() =>
      this.logger.warn({ queue }, 'queue is away, trying on'),
    );
  }

  override drain(graceMs: number): Promise<void> {
    return (this.draining ??= this.stop(graceMs));
  }

  private async open(queue: QueueName, handler: JobHandler): Promise<void> {
    while (!this.draining) {
      const worker = this.backend.worker(queue, (job) => this.process(queue, handler, job), tuningOf(queue));
      this.workers.add(worker);
      worker.on(
        'error',
        occasionally((error) => this.logger.warn({ err: error, queue }, 'queue trouble')),
      );
      worker.on('lockRenewalFailed', (ids) => void this.lockLost(worker, queue, ids));
      try {
        await worker.waitUntilReady();
        if (!this.draining) this.watch(worker, queue, handler);
        return;
      } catch (error) {
        this.logger.warn({ err: error, queue }, 'queue is away');
        await this.discard(worker);
        await new Promise((resolve) => setTimeout(resolve, REOPEN_MS));
      }
    }
  }

  private watch(worker: QueueWorker, queue: QueueName, handler: JobHandler): void {
    worker.run().catch(async (error: unknown) => {
      if (this.draining) return;
      this.logger.error({ err: error, queue }, 'worker stopped, opening another');
      await this.discard(worker);
      await this.open(queue, handler);
    });
  }

  private async discard(worker: QueueWorker): Promise<void> {
    this.workers.delete(worker);
    await within(HAND_BACK_MS, worker.close()).catch(() => undefined);
    await within(HAND_BACK_MS, worker.abandon()).catch(() => undefined);
  }

  private async process(queue: QueueName, handler: JobHandler, taken: TakenJob): Promise<void> {
    const job = untrusted(queue, taken);
    if (this.draining) throw new Again(0);
    // Queued again while it still runs here, after the queue had lost it.
    if (this.running.has(job.id)) throw new Again(UNTOLD_RETRY_MS);
    const run = { abort: new AbortController(), handedBack: Promise.withResolvers<JobFate>() };
    this.running.set(job.id, run);
    try {
      const fate = await Promise.race([handler(job, run.abort.signal), run.handedBack.promise]);
      settle(fate, this.draining !== null && run.abort.signal.aborted);
    } finally {
      this.running.delete(job.id);
      this.forgotten.delete(job.id);
    }
  }

  /**
   * Stops a job that another worker has taken over. One that the queue has forgotten altogether (FLUSHALL) runs on, even
   * when it is queued again meanwhile: it is the first attempt, and the lease keeps the second one away.
   */
  private async lockLost(worker: QueueWorker, queue: QueueName, ids: readonly string[]): Promise<void> {
    for (const id of ids.filter((lost) => this.running.has(lost) && !this.forgotten.has(lost))) {
      const state = await worker
        .getBackend()
        .getState(id)
        .catch(() => 'unknown' as const);
      this.logger.warn(
        { queue, job: id, state },
        state === 'unknown' ? 'the queue forgot a running job' : 'a running job was taken over',
      );
      if (state === 'unknown') this.forgotten.add(id);
      else this.running.get(id)?.abort.abort(new Fault('lease.lost', { job: id }));
    }
  }

  private async stop(graceMs: number): Promise<void> {
    await this.finish(graceMs);
    const abandoned = [...this.workers].map((worker) => worker.abandon());
    await within(HAND_BACK_MS, Promise.allSettled(abandoned)).catch(() => undefined);
  }

  private async finish(graceMs: number): Promise<void> {
    // Closing takes no new jobs and waits for the running ones, whose locks are renewed meanwhile.
    const closed = Promise.all([...this.workers].map((worker) => worker.close().catch(() => undefined)));
    const isClosed = (ms: number): Promise<boolean> =>
      within(ms, closed).then(
        () => true,
        () => false,
      );
    if (await isClosed(graceMs)) return;
    this.logger.warn({ jobs: this.running.size }, 'stopping jobs that outlasted the grace');
    for (const { abort } of this.running.values()) abort.abort(new Fault('service.draining'));
    if (await isClosed(STOP_MS)) return;
    for (const { handedBack } of this.running.values()) handedBack.resolve({ fate: 'retry', delayMs: 0 });
    if (await isClosed(HAND_BACK_MS)) return;
    // Then the queue is away, and its stalled check hands these jobs on when it is back.
    this.logger.warn('could not hand jobs back, leaving them to the stalled check');
  }
}

/** BullMQ learns of a fate by how its processor ends. A job that was interrupted has no delay to sit out. */
const settle = (fate: JobFate, interrupted: boolean): void => {
  switch (fate.fate) {
    case 'done':
      return;
    case 'retry':
      throw new Again(interrupted ? 0 : fate.delayMs);
    case 'dead':
      throw new UnrecoverableError(fate.reason);
  }
};

const untrusted = (queue: QueueName, { id, data }: TakenJob): UntrustedJob => {
  const envelope = typeof data === 'object' && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  const { payload, correlationId, traceparent } = envelope;
  return { id: id ?? '', queue, payload, correlationId: text(correlationId), traceparent: text(traceparent) };
};

/** Foreign text of any length would end up in logs and events. */
const text = (value: unknown): string | null => (typeof value === 'string' && value.length <= 200 ? value : null);
