import type { QueueName } from '#contracts/jobs/jobs.js';
import type { FaultCode } from '#domain/fault/faults.js';
import type { Oid } from '#domain/oid.js';

export interface AttemptError {
  readonly at: string;
  readonly attempt: number;
  readonly code: FaultCode | 'unexpected';
  /** Text of a Fault (facts only), never of a foreign error's message. */
  readonly detail: string;
}

/** What has been tried for a job, kept where the queue cannot lose it. */
export interface Attempts {
  readonly count: number;
  readonly errors: readonly AttemptError[];
}

export interface DeadLetter {
  readonly id: string;
  readonly queue: QueueName;
  readonly jobId: string;
  readonly oid: Oid | null;
  readonly payload: unknown;
  readonly code: FaultCode | 'unexpected';
  /** Equal for letters of one cause: queue, code and where it was thrown. */
  readonly fingerprint: string;
  readonly attempts: number;
  readonly errors: readonly AttemptError[];
  readonly traceparent: string | null;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly state: 'open' | 'redriven' | 'dropped';
}

export type NewDeadLetter = Pick<
  DeadLetter,
  'queue' | 'jobId' | 'oid' | 'payload' | 'code' | 'fingerprint' | 'traceparent'
> & {
  readonly error: AttemptError;
};

export interface DeadLetterFilter {
  readonly queue?: QueueName;
  readonly code?: string;
  readonly fingerprint?: string;
  readonly oid?: Oid;
  readonly state?: DeadLetter['state'];
  readonly limit: number;
}

/** Attempts of jobs and the letters of those that were given up: rows in PostgreSQL. */
export abstract class JobLedger {
  /** Counts an attempt at its beginning, so that one that kills the process counts too. Returns the attempts so far, this one included. */
  abstract begin(queue: QueueName, jobId: string): Promise<Attempts>;
  /** Notes how an attempt failed. `counted: false` takes the attempt back (throttled, or not the job's fault). */
  abstract note(jobId: string, error: AttemptError, counted: boolean): Promise<void>;
  /** Forgets the attempts of a job that is done. */
  abstract settle(jobId: string): Promise<void>;
  /** Records a dead letter, one open letter a job id; the job's attempts move into it. */
  abstract bury(letter: NewDeadLetter): Promise<DeadLetter>;
  abstract find(filter: DeadLetterFilter): Promise<readonly DeadLetter[]>;
  abstract get(id: string): Promise<DeadLetter | null>;
  /** `dead-letter.settled` when it is not open. */
  abstract close(id: string, state: 'redriven' | 'dropped'): Promise<void>;
}
