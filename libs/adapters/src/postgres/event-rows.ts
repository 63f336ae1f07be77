import type { RecordedEvent } from '#application/ports/event-store.js';
import type { StreamName } from '#domain/event/event.js';
import { upcast, UPCASTERS, type Upcasters } from '#domain/event/upcast.js';
import { KNOWN_EVENTS } from './known-events.js';

export interface EventRow {
  readonly tx: string;
  readonly position: string;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly schema_version: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly actor: string;
  readonly traceparent: string | null;
  readonly recorded_at: Date;
}

/** 64-bit numbers travel as text. */
export const EVENT_COLUMNS = `tx::text, position::text, stream, version, type, schema_version, data,
  correlation_id, causation_id, actor, traceparent, recorded_at`;

/** The event as it is today; `event.unreadable` when a newer build wrote it. */
export const recorded = (row: EventRow, upcasters: Upcasters = UPCASTERS): RecordedEvent => ({
  ...upcast({ type: row.type, schema: row.schema_version, data: row.data }, KNOWN_EVENTS, upcasters),
  stream: row.stream as StreamName,
  version: row.version,
  cursor: { tx: row.tx, position: row.position },
  recordedAt: row.recorded_at,
  context: {
    correlationId: row.correlation_id,
    causationId: row.causation_id,
    actor: row.actor,
    traceparent: row.traceparent,
  },
});
