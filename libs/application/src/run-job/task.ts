import type { JobPayload } from '#contracts/jobs/jobs.js';
import type { EventContext } from '#domain/event/event.js';
import type { FaultCode } from '#domain/fault/faults.js';

/** A job whose payload has been read, with the context that its events get. */
export interface Task {
  readonly payload: JobPayload;
  readonly context: EventContext;
}

/** What one attempt came to. Failures of the attempt itself are thrown. */
export type TaskResult =
  | { readonly outcome: 'stored'; readonly sizeBytes: number; readonly sinceStagedMs: number }
  /** The object cannot be stored as it is; this has been recorded and clients are told. */
  | { readonly outcome: 'store-failed'; readonly code: FaultCode }
  | { readonly outcome: 'hydrated'; readonly sizeBytes: number }
  /** Done before, or by a newer generation: delivered more than once. */
  | { readonly outcome: 'nothing-to-do' };

/** A use case that a queue drives. Idempotent: the same task may come any number of times, also at once. */
export interface TaskRunner {
  execute(task: Task, signal: AbortSignal): Promise<TaskResult>;
}
