import { setTimeout as delay } from 'node:timers/promises';
import { BEGINNING, type Cursor } from '#application/ports/event-store.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { Ask, Database } from './database.js';
import { recorded, type EventRow } from './event-rows.js';
import { restart, step } from './checkpoint-step.js';
import { follow, type Projection } from './projections/projection.js';
import { nextCommittedEvents } from './reading-order.js';

const BATCH = 500;
const TRIES = 5;
const BUSY_MS = 50;

/**
 * Builds the tables of an inline projection again from all events, in one transaction. The locks make every append wait
 * before its own projection, so what commits is the old events here and the new ones after.
 */
export const rebuildInline = async (
  database: Database,
  projection: Projection,
  progress: (done: number) => void,
): Promise<number> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.transaction(async (ask) => {
        await ask({ text: `lock table ${projection.tables.join(', ')} in access exclusive mode` });
        await ask({ text: `truncate ${projection.tables.join(', ')}` });
        return replay(ask, projection, progress);
      });
    } catch (error) {
      // A deadlock with an append that held one of the tables and wanted another: nothing was changed.
      if (!isFault(error, 'stream.version-conflict') || tries === TRIES) throw error;
    }
  }
};

/** Empties a checkpointed projection and lets it follow from the first event; readers see it grow. */
export const rebuildCheckpointed = async (
  database: Database,
  projection: Projection,
  progress: (done: number) => void,
): Promise<number> => {
  await database.commit(restart(projection));
  let done = 0;
  for (;;) {
    const { handled, state } = await step(database, projection, BATCH);
    done += handled;
    if (handled > 0) progress(done);
    if (state === 'idle') return done;
    if (state === 'stopped') throw new Fault('projection.poisoned', { name: projection.name });
    // A reconciler follows the same projection and does part of the work.
    if (state === 'busy') await delay(BUSY_MS);
  }
};

const replay = async (ask: Ask, projection: Projection, progress: (done: number) => void): Promise<number> => {
  let cursor: Cursor = BEGINNING;
  let done = 0;
  for (;;) {
    const rows = await ask<EventRow>(nextCommittedEvents(cursor, BATCH));
    const last = rows.at(-1);
    if (!last) return done;
    // Sent at once, answered in order.
    await Promise.all(rows.flatMap((row) => follow(projection, recorded(row)).map((statement) => ask(statement))));
    cursor = last;
    done += rows.length;
    progress(done);
  }
};
