import type { Cursor } from '#application/ports/event-store.js';
import type { Ask, Database, Statement } from './database.js';
import { recorded, type EventRow } from './event-rows.js';
import { isTransient, translate } from './failures.js';
import { follow, type Projection } from './projections/projection.js';
import { nextEvents } from './reading-order.js';

export interface CheckpointRow {
  readonly version: number;
  readonly tx: string;
  readonly position: string;
  readonly stopped_by: string | null;
}

/** An event that its projection could not handle. */
class Poison extends Error {
  constructor(
    readonly row: EventRow,
    override readonly cause: unknown,
  ) {
    super(
      `${row.type} in ${row.stream} at ${row.tx}/${row.position}: ${cause instanceof Error ? cause.message : 'failed'}`,
    );
  }
}

export interface Step {
  readonly handled: number;
  /** `busy`: another process is at it. `stopped`: an event could not be handled. `idle`: nothing is left to do for now. */
  readonly state: 'moved' | 'idle' | 'busy' | 'stopped';
}

/**
 * One step of a checkpointed projection, in one transaction: lock the checkpoint, read, handle, move the checkpoint. An
 * event that cannot be handled stops the projection there, with the reason in `stopped_by`: it is never skipped.
 */
export const step = async (database: Database, projection: Projection, limit: number): Promise<Step> => {
  try {
    return await database.transaction((ask) => handleNext(ask, projection, limit));
  } catch (error) {
    if (!(error instanceof Poison)) throw error;
    if (isTransient(error.cause)) throw translate(error.cause);
    // Those before it are handled one by one; then it is the first, and stops the projection.
    if (limit > 1) return stepSingly(database, projection, limit);
    await stop(database, projection, error.message);
    return { handled: 0, state: 'stopped' };
  }
};

const stepSingly = async (database: Database, projection: Projection, limit: number): Promise<Step> => {
  for (let handled = 0; handled < limit; handled += 1) {
    const { state } = await step(database, projection, 1);
    if (state !== 'moved') return { handled, state };
  }
  return { handled: limit, state: 'moved' };
};

const handleNext = async (ask: Ask, projection: Projection, limit: number): Promise<Step> => {
  const checkpoint = await lockCheckpoint(ask, projection);
  if (typeof checkpoint === 'string') return { handled: 0, state: checkpoint };
  const rows = await ask<EventRow>(nextEvents(checkpoint, limit));
  for (const row of rows) await handle(ask, projection, row);
  const last = rows.at(-1);
  if (last) await ask(moveTo(projection, last));
  return { handled: rows.length, state: last ? 'moved' : 'idle' };
};

const handle = async (ask: Ask, projection: Projection, row: EventRow): Promise<void> => {
  try {
    for (const statement of follow(projection, recorded(row))) await ask(statement);
  } catch (error) {
    throw new Poison(row, error);
  }
};

const lockCheckpoint = async (ask: Ask, projection: Projection): Promise<Cursor | 'busy' | 'stopped'> => {
  const { name, version } = projection;
  await ask({
    name: 'checkpoint-make',
    text: `insert into checkpoints (projection, version, tx, position) values ($1, $2, '0', 0) on conflict do nothing`,
    values: [name, version],
  });
  const [row] = await ask<CheckpointRow>({
    name: 'checkpoint-lock',
    text: `select version, tx::text, position::text, stopped_by from checkpoints where projection = $1 for update skip locked`,
    values: [name],
  });
  // Another process is at it, or a newer build has made the tables its own.
  if (!row || row.version > version) return 'busy';
  if (row.version === version) return row.stopped_by === null ? row : 'stopped';
  for (const statement of restart(projection)) await ask(statement);
  return { tx: '0', position: '0' };
};

/** Empties the tables of a projection and sets it back to the first event, no longer stopped. */
export const restart = ({ name, version, tables }: Projection): readonly Statement[] => [
  {
    text: `insert into checkpoints (projection, version, tx, position) values ($1, $2, '0', 0)
      on conflict (projection) do update set version = excluded.version, tx = '0', position = 0, stopped_by = null,
        updated_at = clock_timestamp()`,
    values: [name, version],
  },
  { text: `truncate ${tables.join(', ')}` },
];

const moveTo = ({ name }: Projection, { tx, position }: EventRow): Statement => ({
  name: 'checkpoint-move',
  text: `update checkpoints set tx = $2::xid8, position = $3, updated_at = clock_timestamp() where projection = $1`,
  values: [name, tx, position],
});

const stop = async (database: Database, { name, version }: Projection, reason: string): Promise<void> => {
  // The row is missing when the very first event is the one: making it was undone with the rest.
  const text = `insert into checkpoints (projection, version, tx, position, stopped_by) values ($1, $2, '0', 0, $3)
    on conflict (projection) do update set stopped_by = excluded.stopped_by, updated_at = clock_timestamp()`;
  await database.query({ name: 'checkpoint-stop', text, values: [name, version, reason.slice(0, 1_000)] });
};
