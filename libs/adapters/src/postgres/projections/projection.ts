import type { RecordedEvent } from '#application/ports/event-store.js';
import type { DomainEvent, EventOf, EventType } from '#domain/event/domain-event.js';
import type { Statement } from '../database.js';

/** What each event does to the tables: subscribed and handled events are one table, so they cannot drift apart. */
export type Handlers = { readonly [Type in EventType]?: (event: EventOf<Type>) => readonly Statement[] };

export interface Projection {
  readonly name: string;
  /** Raised when the handlers change: a checkpointed projection is then built again. */
  readonly version: number;
  /** Those it alone writes; a rebuild empties them. */
  readonly tables: readonly string[];
  readonly handlers: Handlers;
}

/** The statements that bring a projection up to date with an event; none when it does not care. */
export const follow = ({ handlers }: Projection, event: DomainEvent | RecordedEvent): readonly Statement[] => {
  const handler = handlers[event.type] as ((event: DomainEvent) => readonly Statement[]) | undefined;
  return handler?.(event) ?? [];
};
