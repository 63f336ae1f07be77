import { setTimeout as delay } from 'node:timers/promises';
import type { Oid } from '#domain/oid.js';
import { context, onObject, someOid, staged, stored } from '#testing/contracts/example-events.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';

const never = new AbortController().signal;

/** Milliseconds until a promise settles. */
const timed = async (work: Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
};

describe('hints after a commit', () => {
  let fresh: FreshDatabase;
  const message = (oid: Oid) => ({ queue: 'store-object', payload: { v: 1, oid, generation: 1 } }) as const;

  beforeEach(async () => {
    fresh = await freshDatabase();
  });

  afterEach(() => fresh.drop());

  it('wake a relay that waits', async () => {
    const { outbox, events } = fresh.postgres;
    const waited = timed(outbox.wait(20_000, never));
    await delay(300);
    const oid = someOid();
    await events.append({ ...onObject(oid, 0, staged(oid)), messages: [message(oid)] });
    expect(await waited).toBeLessThan(5_000);
  });

  it('are not needed by a relay: polling finds what was put', async () => {
    const { outbox } = fresh.postgres;
    const waited = timed(outbox.wait(20_000, never));
    await delay(100);
    await fresh.ask(`insert into outbox (queue, payload, correlation_id) values ('store-object', '{}', 'c')`);
    expect(await waited).toBeLessThan(10_000);
  });

  it('are remembered while the relay is busy', async () => {
    const { outbox } = fresh.postgres;
    await outbox.wait(1, never);
    await delay(200);
    await outbox.put([message(someOid())], context);
    await delay(200);
    expect(await timed(outbox.wait(20_000, never))).toBeLessThan(5_000);
  });

  it('let a relay wait to the end when there is nothing to do, and leave at the signal', async () => {
    const { outbox } = fresh.postgres;
    // The listening connection, once made, counts as a hint: something may have been missed.
    await outbox.wait(20_000, never);
    await outbox.claim(1, 1_000);
    expect(await timed(outbox.wait(400, never))).toBeGreaterThanOrEqual(390);
    expect(await timed(outbox.wait(20_000, AbortSignal.timeout(100)))).toBeLessThan(10_000);
  });

  it('of five hundred settled objects reach all who wait for them', async () => {
    const { durability, events } = fresh.postgres;
    const oids = Array.from({ length: 500 }, () => someOid());
    await events.append({ writes: oids.flatMap((oid) => onObject(oid, 0, staged(oid)).writes), context });
    const waits = oids.map((oid) => durability.settled([oid], 20_000, never));
    await events.append({ writes: oids.flatMap((oid) => onObject(oid, 1, stored(oid)).writes), context });
    for (const oid of oids) durability.announce(oid);
    expect(await Promise.all(waits)).toEqual(oids.map(() => true));
  });

  it('are one question for a thousand waiters', async () => {
    const { durability, events, database } = fresh.postgres;
    const oid = someOid();
    await events.append(onObject(oid, 0, staged(oid)));
    let questions = 0;
    const query = database.query.bind(database);
    database.query = (statement) => {
      questions += 1;
      return query(statement);
    };
    await Promise.all(Array.from({ length: 1_000 }, () => durability.settled([oid], 600, never)));
    expect(questions).toBeLessThan(10);
  });
});
