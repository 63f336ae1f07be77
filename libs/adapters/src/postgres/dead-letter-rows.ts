import type { AttemptError, DeadLetter } from '#application/ports/attempts.js';
import type { QueueName } from '#contracts/jobs/jobs.js';
import type { Oid } from '#domain/oid.js';

export interface DeadLetterRow {
  readonly id: string;
  readonly queue: QueueName;
  readonly job_id: string;
  readonly oid: Oid | null;
  readonly payload: unknown;
  readonly code: DeadLetter['code'];
  readonly fingerprint: string;
  readonly attempts: number;
  readonly errors: readonly AttemptError[];
  readonly traceparent: string | null;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly state: DeadLetter['state'];
}

/** Of a job that failed a hundred times, the last few errors say enough. */
export const ERRORS_KEPT = 5;

export const DEAD_LETTER_COLUMNS = `id::text, queue, job_id, oid, payload, code, fingerprint, attempts, errors, traceparent,
  first_at, last_at, state`;

export const asDeadLetter = ({
  job_id: jobId,
  first_at: firstAt,
  last_at: lastAt,
  ...row
}: DeadLetterRow): DeadLetter => ({
  ...row,
  errors: row.errors.slice(-ERRORS_KEPT),
  jobId,
  firstAt,
  lastAt,
});
