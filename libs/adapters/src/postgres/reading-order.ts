import type { Cursor } from '#application/ports/event-store.js';
import type { Statement } from './database.js';
import { EVENT_COLUMNS } from './event-rows.js';

// The columns with the table's name: the bare names would mean the texts that are selected, where '10' is before '9'.
const ORDER = 'order by events.tx, events.position';
const AFTER_CURSOR = '(events.tx, events.position) > ($1::xid8, $2::bigint)';
// Of transactions that are still open, and of all begun after the oldest of them, nothing is shown yet: what becomes
// visible later can then never sort before what was read. Rows and bound must come from one statement, hence one snapshot.
const BELOW_OPEN_TRANSACTIONS = 'events.tx < pg_snapshot_xmin(pg_current_snapshot())';

/** The next events in an order that no later commit can change. */
export const nextEvents = ({ tx, position }: Cursor, limit: number): Statement => ({
  name: 'next-events',
  text: `select ${EVENT_COLUMNS} from events
    where ${AFTER_CURSOR} and ${BELOW_OPEN_TRANSACTIONS}
    ${ORDER} limit $3`,
  values: [tx, position, limit],
});

/**
 * The next events of all that is committed, without waiting for open transactions. Only for a rebuild that holds locks
 * which keep every writer of the tables it rebuilds from committing meanwhile.
 */
export const nextCommittedEvents = ({ tx, position }: Cursor, limit: number): Statement => ({
  name: 'next-committed-events',
  text: `select ${EVENT_COLUMNS} from events where ${AFTER_CURSOR} ${ORDER} limit $3`,
  values: [tx, position, limit],
});

/** How many events come after a cursor, and when the first of them was recorded. */
export const eventsBehind = ({ tx, position }: Cursor): Statement => ({
  name: 'events-behind',
  text: `select count(*)::int as events, min(recorded_at) as oldest, clock_timestamp() as now
    from events where ${AFTER_CURSOR}`,
  values: [tx, position],
});
