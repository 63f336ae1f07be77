import { BEGINNING } from '#application/ports/event-store.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import { onObject, someOid, someSha1, staged } from '#testing/contracts/example-events.js';
import { eventually } from '#testing/contracts/eventually.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';
import { AfterCommit } from './after-commit.js';
import { PostgresEventStore } from './postgres-event-store.js';

describe('the table of events', () => {
  let fresh: FreshDatabase;

  beforeEach(async () => {
    fresh = await freshDatabase();
  });

  afterEach(() => fresh.drop());

  const plant = (stream: string, type: string, schema: number, data: object) =>
    fresh.ask(
      `insert into events (stream, version, type, schema_version, data, correlation_id, actor) values ($1, 1, $2, $3, $4, 'c', 'service:old')`,
      [stream, type, schema, JSON.stringify(data)],
    );

  it.each(['update events set actor = $$nobody$$', 'delete from events', 'truncate events'])(
    'refuses: %s',
    async (sql) => {
      const oid = someOid();
      await fresh.postgres.events.append(onObject(oid, 0, staged(oid)));
      await expect(fresh.ask(sql)).rejects.toThrow('append-only');
      expect((await fresh.postgres.events.read(objectStream(oid))).version).toBe(1);
    },
  );

  it('brings an event that an older build wrote to the form of today', async () => {
    const oid = someOid();
    await plant(objectStream(oid), 'ObjectStaged', 1, { oid, length: 7, sha1: someSha1, at: 'then' });
    const { database } = fresh.postgres;
    const store = new PostgresEventStore(database, new AfterCommit(database), {
      ObjectStaged: [
        ({ length, ...data }) => ({ ...data, sizeBytes: length }),
        (data) => ({ ...data, generation: 1, adopted: false }),
      ],
    });
    const expected = {
      type: 'ObjectStaged',
      schema: 3,
      data: { oid, sizeBytes: 7, sha1: someSha1, generation: 1, adopted: false, at: 'then' },
    };
    expect((await store.read(objectStream(oid))).events).toMatchObject([expected]);
    await eventually(async () => expect(await store.readAll(BEGINNING, 10)).toMatchObject([expected]));
  });

  it.each([
    ['a type', 'ObjectSublimated', 1],
    ['a schema', 'ObjectStaged', 99],
  ])('refuses to fold %s that only a newer build knows', async (_, type, schema) => {
    const oid = someOid();
    await plant(objectStream(oid), type, schema, { oid });
    await expect(fresh.postgres.events.read(objectStream(oid))).rejects.toMatchObject({ code: 'event.unreadable' });
  });

  it('answers the hot questions from indexes', async () => {
    const plans = await Promise.all(
      [
        `select * from events where stream = 'object-x' order by version`,
        `select * from events where (tx, position) > ('0'::xid8, 0)
          and tx < pg_snapshot_xmin(pg_current_snapshot()) order by tx, position limit 10`,
        `select * from object_links l join objects o using (oid)
          where l.repository_id = '00000000-0000-0000-0000-000000000000' and l.oid = any (array['a', 'b'])`,
        `select * from outbox where dispatched_at is null order by id limit 10`,
        `select * from objects where state <> 'stored' and state = 'staged' and staged_at <= now() order by staged_at limit 10`,
      ].map((sql) => fresh.ask<Record<string, string>>(`explain ${sql}`)),
    );
    for (const plan of plans) expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('Index');
  });
});
