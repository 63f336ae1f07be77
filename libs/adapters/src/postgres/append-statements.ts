import type { Commit, Fence, OutboxMessage, StreamWrite } from '#application/ports/event-store.js';
import type { EventContext } from '#domain/event/event.js';
import type { Statement } from './database.js';
import { follow } from './projections/projection.js';
import { INLINE } from './projections/registry.js';

/** Everything that a commit does, in order: what it demands, the events, what is derived from them, the jobs that follow. */
export const appendStatements = ({ writes, messages = [], fence, context }: Commit): readonly Statement[] => {
  const events = writes.flatMap((write) => write.events);
  return [
    ...(fence ? [demandLease(fence)] : []),
    ...(events.length > 0 ? [demandVersions(writes), insertEvents(writes, context)] : []),
    ...events.flatMap((event) => INLINE.flatMap((projection) => follow(projection, event))),
    ...(messages.length > 0 ? [insertMessages(messages, context)] : []),
  ];
};

export const insertMessages = (messages: readonly OutboxMessage[], context: EventContext): Statement => ({
  name: 'insert-messages',
  text: `insert into outbox (queue, payload, correlation_id, traceparent)
    select queue, payload, $2, $3
    from rows from (jsonb_to_recordset($1::jsonb) as (queue text, payload jsonb)) with ordinality as m (queue, payload, place)
    order by place`,
  values: [JSON.stringify(messages), context.correlationId, context.traceparent],
});

const demandLease = ({ entity, token }: Fence): Statement => ({
  name: 'demand-lease',
  text: 'select demand_lease($1, $2)',
  values: [entity, token],
});

// Also finds a gap, which the unique (stream, version) would let through.
const demandVersions = (writes: readonly StreamWrite[]): Statement => {
  const demands = writes.filter(({ events }) => events.length > 0);
  return {
    name: 'demand-versions',
    text: 'select demand_version(stream, expected) from unnest($1::text[], $2::int[]) as demands (stream, expected)',
    values: [demands.map(({ stream }) => stream), demands.map(({ expectedVersion }) => expectedVersion)],
  };
};

const insertEvents = (writes: readonly StreamWrite[], context: EventContext): Statement => {
  const rows = writes.flatMap(({ stream, expectedVersion, events }) =>
    events.map((event, index) => ({ ...event, stream, version: expectedVersion + index + 1 })),
  );
  return {
    name: 'insert-events',
    text: `insert into events (stream, version, type, schema_version, data, correlation_id, causation_id, actor, traceparent)
      select stream, version, type, schema, data, $2, $3, $4, $5
      from rows from (jsonb_to_recordset($1::jsonb) as (stream text, version int, type text, schema smallint, data jsonb))
        with ordinality as e (stream, version, type, schema, data, place)
      order by place`,
    values: [JSON.stringify(rows), context.correlationId, context.causationId, context.actor, context.traceparent],
  };
};
