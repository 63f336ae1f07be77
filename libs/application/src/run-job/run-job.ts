import type { AttemptError, JobLedger } from '#application/ports/attempts.js';
import type { Clock, Random } from '#application/ports/clock.js';
import type { JobFate, UntrustedJob } from '#application/ports/job-queue.js';
import { jobId, parseJob, QUEUES, type JobPayload, type QueueName } from '#contracts/jobs/jobs.js';
import type { EventContext } from '#domain/event/event.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { isOid } from '#domain/oid.js';
import type { Burial } from './burial.js';
import { decideFate } from './fate.js';
import { errorCode, errorDetail, fingerprint } from './fingerprint.js';
import type { TaskResult, TaskRunner } from './task.js';
import { evidence, jobContext, printable } from './untrusted.js';

/** What an attempt came to, for the queue (`fate`) and for metrics and logs (the rest). */
export interface JobReport {
  readonly fate: JobFate;
  /** 0 when not even the count could be read. */
  readonly attempt: number;
  readonly result: TaskResult | null;
  readonly failure: {
    readonly code: FaultCode | 'unexpected';
    readonly counted: boolean;
    readonly error: unknown;
  } | null;
}

/** Time and chance, of which a retry is made. */
export interface Dice {
  readonly clock: Clock;
  readonly random: Random;
}

/** One attempt: the job as it came, and what has been read from it. */
interface Attempt {
  readonly queue: QueueName;
  /** Made from the payload; as the queue says it only where there is none. */
  readonly id: string;
  readonly raw: unknown;
  readonly payload: JobPayload | null;
  readonly context: EventContext;
  readonly number: number;
}

/**
 * Runs one attempt at a job: reads it, counts the attempt before it begins, runs the use case of its queue, and turns a
 * failure into a fate by the table in fate.ts. Never rejects: a queue that hears of no fate would lose the job.
 */
export class RunJob {
  constructor(
    private readonly runners: Readonly<Record<QueueName, TaskRunner>>,
    private readonly ledger: JobLedger,
    private readonly burial: Burial,
    private readonly dice: Dice,
  ) {}

  async execute(job: UntrustedJob, signal: AbortSignal): Promise<JobReport> {
    const unread: Attempt = {
      ...{ queue: job.queue, id: printable(job.id), raw: job.payload, payload: null },
      ...{ context: jobContext(job), number: 0 },
    };
    try {
      const payload = parseJob(job.queue, job.payload);
      return await this.attempt({ ...unread, payload, id: jobId(job.queue, payload) }, payload, signal);
    } catch (error) {
      return this.failed(unread, error, signal);
    }
  }

  private async attempt(read: Attempt, payload: JobPayload, signal: AbortSignal): Promise<JobReport> {
    let attempt = read;
    try {
      const { count, errors } = await this.ledger.begin(read.queue, read.id);
      attempt = { ...read, number: count };
      if (count > QUEUES[read.queue].attemptsMax) return await this.bury(attempt, exhausted(errors.at(-1)));
      signal.throwIfAborted();
      const result = await this.runners[read.queue].execute({ payload, context: read.context }, signal);
      // Counted attempts of a job that is done harm nobody; losing its outcome would.
      await this.ledger.settle(read.id).catch(() => undefined);
      return { fate: { fate: 'done' }, attempt: count, result, failure: null };
    } catch (error) {
      return this.failed(attempt, error, signal);
    }
  }

  private async failed(attempt: Attempt, thrown: unknown, signal: AbortSignal): Promise<JobReport> {
    const error = signal.aborted ? interruption(signal, thrown) : thrown;
    const { queue, id, number } = attempt;
    const random = this.dice.random.fraction();
    const fate = decideFate({ queue, error, attempt: Math.max(1, number), random });
    try {
      switch (fate.fate) {
        case 'retry':
          await this.ledger.note(id, this.describe(error, number), fate.counted);
          return report(attempt, error, fate);
        case 'drop':
          await this.ledger.settle(id);
          return report(attempt, error, fate);
        case 'dead':
          return await this.bury(attempt, error);
      }
    } catch {
      // The database is away: the queue keeps the job until the fate can be written down.
      return report(attempt, error, { fate: 'retry', delayMs: Math.round(1_000 + 4_000 * random), counted: false });
    }
  }

  private async bury(attempt: Attempt, error: unknown): Promise<JobReport> {
    const { queue, id, raw, payload, context, number } = attempt;
    const letter = {
      ...{ queue, jobId: id, oid: payload?.oid ?? claimedOid(raw), payload: payload ?? evidence(raw) },
      ...{ code: errorCode(error), fingerprint: fingerprint(queue, error), traceparent: context.traceparent },
      error: this.describe(error, number),
    };
    await this.burial.bury({ letter, payload, context, lostFrom: absentFrom(error) });
    return report(attempt, error, { fate: 'dead' });
  }

  private describe(error: unknown, attempt: number): AttemptError {
    return { at: this.dice.clock.now().toISOString(), attempt, code: errorCode(error), detail: errorDetail(error) };
  }
}

type Ending =
  { readonly fate: 'retry'; readonly delayMs: number; readonly counted: boolean } | { readonly fate: 'dead' | 'drop' };

const report = ({ number }: Attempt, error: unknown, ending: Ending): JobReport => ({
  fate: jobFate(ending, error),
  attempt: number,
  result: null,
  failure: { code: errorCode(error), counted: ending.fate !== 'retry' || ending.counted, error },
});

const jobFate = (ending: Ending, error: unknown): JobFate => {
  if (ending.fate === 'retry') return { fate: 'retry', delayMs: ending.delayMs };
  return ending.fate === 'drop' ? { fate: 'done' } : { fate: 'dead', reason: errorCode(error) };
};

/** Why a job is given up whose attempts are used up: its last error, or that each attempt ended its process. */
const exhausted = (last: AttemptError | undefined): unknown =>
  last === undefined || last.code === 'unexpected'
    ? new Error('every attempt ended without a result')
    : new Fault(last.code, { attempts: 'used up' });

/** Whatever an interrupted attempt failed with: the job was taken from it, by a drain or by another worker. */
const interruption = (signal: AbortSignal, thrown: unknown): Fault =>
  signal.reason instanceof Fault ? signal.reason : new Fault('service.draining', {}, { cause: thrown });

/** Of a vault that says which one it is and that it has nothing of the object. */
const absentFrom = (error: unknown): string | null => {
  const vault = isFault(error, 'vault.absent') ? error.facts['vault'] : null;
  return typeof vault === 'string' ? vault : null;
};

const claimedOid = (raw: unknown) => {
  const oid = typeof raw === 'object' && raw !== null && 'oid' in raw ? raw.oid : null;
  return isOid(oid) ? oid : null;
};
