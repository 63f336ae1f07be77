import { Fault } from '../fault/fault.js';
import type { DomainEvent, EventType } from './domain-event.js';

/** Turns the data of one schema version into that of the next. Pure: no clock, no lookup. */
export type Upcaster = (data: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** Steps of one event type: the step at index 0 leads from schema 1 to 2, at index 1 from 2 to 3, and so on. */
export type Upcasters = Readonly<Partial<Record<EventType, readonly Upcaster[]>>>;

/** The steps in force. An event type without an entry is at schema 1 and has never changed its form. */
export const UPCASTERS: Upcasters = {};

/** What was read from the store, before it is known to be of today's form. */
export interface StoredEvent {
  readonly type: string;
  readonly schema: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The schema version that is written today for an event type. */
export const currentSchema = (type: EventType, upcasters: Upcasters = UPCASTERS): number =>
  (upcasters[type]?.length ?? 0) + 1;

/**
 * Brings a stored event to today's form. Throws `event.unreadable` for a type or schema this build does not know, which
 * happens when a newer build wrote it: reading on without it would fold a wrong state.
 */
export const upcast = (
  stored: StoredEvent,
  known: ReadonlySet<string>,
  upcasters: Upcasters = UPCASTERS,
): DomainEvent => {
  if (!known.has(stored.type)) throw new Fault('event.unreadable', { type: stored.type, schema: stored.schema });
  const type = stored.type as EventType;
  const current = currentSchema(type, upcasters);
  if (!Number.isInteger(stored.schema) || stored.schema < 1 || stored.schema > current)
    throw new Fault('event.unreadable', { type, schema: stored.schema });
  const steps = (upcasters[type] ?? []).slice(stored.schema - 1);
  const data = steps.reduce((form, step) => step(form), stored.data);
  return { type, schema: current, data } as unknown as DomainEvent;
};
