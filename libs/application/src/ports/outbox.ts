import type { JobPayload, QueueName } from '#contracts/jobs/jobs.js';
import type { EventContext } from '#domain/event/event.js';
import type { OutboxMessage } from './event-store.js';

export interface ClaimedMessage {
  readonly id: string;
  readonly queue: QueueName;
  readonly payload: JobPayload;
  readonly correlationId: string;
  readonly traceparent: string | null;
}

/** Messages on their way to the queue. At least once: a crash between send and settle sends again. */
export abstract class Outbox {
  /** Puts messages that follow from no event (a hydration wish, a job found lost). */
  abstract put(messages: readonly OutboxMessage[], context: EventContext): Promise<void>;

  /** Claims up to `limit` unsent messages for `leaseMs`; concurrent relays get disjoint ones. */
  abstract claim(limit: number, leaseMs: number): Promise<readonly ClaimedMessage[]>;

  abstract settle(ids: readonly string[]): Promise<void>;

  /** Resolves when a message may be waiting, or after `timeoutMs`: a hint that saves polling, never a guarantee. */
  abstract wait(timeoutMs: number, signal: AbortSignal): Promise<void>;

  /** Deletes messages settled longer ago than this; returns how many. */
  abstract prune(olderThanMs: number): Promise<number>;

  abstract backlog(): Promise<{ readonly pending: number; readonly oldestAgeMs: number }>;
}
