import type { DomainEvent } from '#domain/event/domain-event.js';
import type { EventContext, StreamName } from '#domain/event/event.js';
import type { JobPayload, QueueName } from '#contracts/jobs/jobs.js';

/** A place in the order of all events: `(tx, position)`, both as decimal strings of 64-bit numbers. */
export interface Cursor {
  readonly tx: string;
  readonly position: string;
}

export const BEGINNING: Cursor = { tx: '0', position: '0' };

/** An event as the store holds it, at today's schema (upcast on read). */
export type RecordedEvent<E extends DomainEvent = DomainEvent> = E & {
  readonly stream: StreamName;
  /** Place in its stream, from 1. */
  readonly version: number;
  readonly cursor: Cursor;
  readonly recordedAt: Date;
  readonly context: EventContext;
};

export interface RecordedStream {
  /** 0 for a stream that does not exist. */
  readonly version: number;
  readonly events: readonly RecordedEvent[];
}

export interface StreamWrite {
  readonly stream: StreamName;
  readonly expectedVersion: number;
  readonly events: readonly DomainEvent[];
}

/** A job that is to be queued because of a commit, sent by the relay after it. */
export interface OutboxMessage {
  readonly queue: QueueName;
  readonly payload: JobPayload;
}

/** Proof that the writer still holds the lease on an entity: checked inside the commit's transaction. */
export interface Fence {
  readonly entity: string;
  readonly token: string;
}

/** All or nothing: events on one or more streams, their inline projections, and the jobs that follow from them. */
export interface Commit {
  readonly writes: readonly StreamWrite[];
  readonly messages?: readonly OutboxMessage[];
  readonly fence?: Fence;
  readonly context: EventContext;
}

/**
 * The only truth. Faults: `stream.version-conflict` (reload and decide again), `lease.lost` (a newer holder exists; stop),
 * `database.unavailable` (nothing is known of the commit: reload before deciding again), `event.unreadable`.
 */
export abstract class EventStore {
  abstract read(stream: StreamName): Promise<RecordedStream>;

  /** Writes with no events and no messages are a no-op. */
  abstract append(commit: Commit): Promise<void>;

  /**
   * The next events after a cursor in commit-safe order: no event that becomes visible later can sort before the last one
   * returned (ARCHITECTURE.md, invariant 4). An empty result means "nothing yet".
   */
  abstract readAll(after: Cursor, limit: number): Promise<readonly RecordedEvent[]>;
}
