import { SpanKind, type Span } from '@opentelemetry/api';
import type { JobHandler, UntrustedJob } from '#application/ports/job-queue.js';
import type { JobReport, RunJob } from '#application/run-job/run-job.js';
import type { FaultCode, FaultKind } from '#domain/fault/faults.js';
import { FAULTS } from '#domain/fault/faults.js';
import type { Logger } from '#platform/logger.js';
import { metrics } from '#platform/metrics.js';
import { reached } from '#platform/milestone.js';
import { currentTraceparent, traced } from '#platform/telemetry.js';

/** Runs jobs of both queues: in the trace of what caused them, measured and logged. Never rejects. */
export const processJob =
  (runJob: RunJob, logger: Logger): JobHandler =>
  (job, signal) =>
    traced(`job ${job.queue}`, { kind: SpanKind.CONSUMER, parent: job.traceparent }, async (span) => {
      const stopTimer = metrics.jobDuration.startTimer({ kind: job.queue });
      // Events of this attempt hang below its own span.
      const report = await runJob.execute({ ...job, traceparent: currentTraceparent() ?? job.traceparent }, signal);
      if (report.result?.outcome === 'stored') reached('worker.stored-committed');
      stopTimer({ result: resultOf(report) });
      describe(span, report);
      count(job, report);
      log(logger, job, report);
      return report.fate;
    });

const resultOf = ({ fate, result, failure }: JobReport): string =>
  result?.outcome ?? (failure && fate.fate === 'done' ? 'dropped' : fate.fate);

const describe = (span: Span, report: JobReport): void => {
  span.setAttribute('ballast.attempt', report.attempt);
  span.setAttribute('ballast.result', resultOf(report));
  if (report.failure) span.setAttribute('ballast.error', report.failure.code);
};

/** Why there is no good outcome, null when there is one. */
const codeOf = (result: JobReport['result'], failure: JobReport['failure']): FaultCode | 'unexpected' | null =>
  result?.outcome === 'store-failed' ? result.code : (failure?.code ?? null);

/** Dead letters, transitions and lease conflicts are counted where they are written. */
const count = ({ queue }: UntrustedJob, { result, failure }: JobReport): void => {
  const code = codeOf(result, failure);
  metrics.jobAttempts.inc({ kind: queue, error_class: code ?? 'none' });
  // What comes down wrong, or lies wrong on the disk, is counted by the hot tier that found it.
  if (code === 'vault.corrupt' && queue === 'store-object') metrics.integrityFailures.inc({ where: 'vault_up' });
  if (result?.outcome === 'stored') {
    metrics.stagedToStored.observe({ size_class: sizeClass(result.sizeBytes) }, result.sinceStagedMs / 1000);
  }
};

const MIB = 2 ** 20;
const SIZE_CLASSES = [
  [MIB, '<1MiB'],
  [16 * MIB, '<16MiB'],
  [128 * MIB, '<128MiB'],
  [1024 * MIB, '<1GiB'],
] as const;

/** A handful of sizes, so that a slow gigabyte does not look like a slow service. */
export const sizeClass = (sizeBytes: number): string =>
  SIZE_CLASSES.find(([limit]) => sizeBytes < limit)?.[1] ?? '>=1GiB';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** How loud each kind of failure is, as long as the job has attempts left. */
const LEVELS = {
  invalid: 'info',
  unauthenticated: 'info',
  forbidden: 'info',
  'not-found': 'info',
  gone: 'info',
  conflict: 'debug',
  'too-large': 'info',
  unsupported: 'info',
  throttled: 'warn',
  unavailable: 'warn',
  exhausted: 'error',
  corrupt: 'error',
  bug: 'error',
} as const satisfies Record<FaultKind, Level>;

const levelOf = (code: FaultCode | 'unexpected'): Level => (code === 'unexpected' ? 'error' : LEVELS[FAULTS[code]]);

const log = (
  logger: Logger,
  { id, queue, correlationId }: UntrustedJob,
  { fate, attempt, result, failure }: JobReport,
): void => {
  const facts = { job: id, queue, correlationId, attempt };
  if (result?.outcome === 'store-failed') return logger.error({ ...facts, ...result }, 'the staged bytes are unusable');
  if (failure === null) return logger.info({ ...facts, ...result }, 'job done');
  const { code, error } = failure;
  const failed = { ...facts, code, err: error };
  if (fate.fate === 'dead') return logger.error(failed, 'job given up: dead letter');
  if (fate.fate === 'retry')
    return logger[levelOf(code)]({ ...failed, retryInMs: fate.delayMs }, 'job will be tried again');
  return logger.info(failed, 'job dropped: nothing to do');
};
