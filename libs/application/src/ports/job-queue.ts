import type { JobPayload, QueueName } from '#contracts/jobs/jobs.js';

export interface Job {
  /** `jobId(queue, payload)`. */
  readonly id: string;
  readonly queue: QueueName;
  readonly payload: JobPayload;
  readonly correlationId: string;
  readonly traceparent: string | null;
}

export interface QueueCounts {
  readonly queue: QueueName;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}

/** A disposable index of work: losing all of it loses no object. Faults: `queue.unavailable`, at once, never by waiting. */
export abstract class JobQueue {
  /** Adds jobs; one whose id is waiting, delayed or active is left as it is. A finished id can be added again. */
  abstract add(jobs: readonly Job[]): Promise<void>;

  /** Those of `ids` that the queue does not hold as waiting, delayed or active. */
  abstract missing(queue: QueueName, ids: readonly string[]): Promise<readonly string[]>;

  abstract counts(): Promise<readonly QueueCounts[]>;

  abstract close(): Promise<void>;
}

/** What becomes of a job after an attempt. `retry` delays it without losing it, `done` and `dead` remove it from the queue. */
export type JobFate =
  | { readonly fate: 'done' }
  | { readonly fate: 'retry'; readonly delayMs: number }
  | { readonly fate: 'dead'; readonly reason: string };

/** Runs one job as a queue hands it over: payload unparsed, since a queue is not trusted. Never rejects. */
export type JobHandler = (job: UntrustedJob, signal: AbortSignal) => Promise<JobFate>;

export interface UntrustedJob {
  readonly id: string;
  readonly queue: QueueName;
  readonly payload: unknown;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
}

/** Takes jobs from queues. The job of a consumer that dies is handed to another within a minute. */
export abstract class JobConsumer {
  abstract start(queue: QueueName, handler: JobHandler): Promise<void>;

  /**
   * Takes no new job; waits up to `graceMs` for running ones, then aborts their signals and hands those jobs back to the
   * queue so that another consumer runs them at once.
   */
  abstract drain(graceMs: number): Promise<void>;
}
