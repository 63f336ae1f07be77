import { Client } from 'pg';
import { BEGINNING, type Cursor } from '#application/ports/event-store.js';
import { context, onObject, someOid, staged } from '#testing/contracts/example-events.js';
import { eventually } from '#testing/contracts/eventually.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';
import { appendStatements } from './append-statements.js';
import type { Statement } from './database.js';

/** An append that stands still before its commit, in a transaction of its own. */
const openAppend = async (url: string, statements: readonly Statement[]) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  const run = async (more: readonly Statement[]): Promise<void> => {
    for (const { text, values } of more) await client.query(text, [...(values ?? [])]);
  };
  await run([{ text: 'begin' }, ...statements]);
  const commit = async (): Promise<void> => {
    await client.query('commit');
    await client.end();
  };
  return { run, commit };
};

describe('the reading order of events', () => {
  let fresh: FreshDatabase;

  beforeEach(async () => {
    fresh = await freshDatabase();
  });

  afterEach(() => fresh.drop());

  /** Follows the events as a projection does; remembers its place between calls. */
  const follower = () => {
    let cursor: Cursor = BEGINNING;
    const seen: string[] = [];
    const readOn = async (): Promise<void> => {
      const events = await fresh.postgres.events.readAll(cursor, 1_000);
      seen.push(...events.map(({ stream }) => stream));
      cursor = events.at(-1)?.cursor ?? cursor;
    };
    return { seen, readOn };
  };

  it('skips no event of a transaction that commits after a later one', async () => {
    const { events } = fresh.postgres;
    const { seen, readOn } = follower();
    const [early, late] = [someOid(), someOid()];
    const slow = await openAppend(fresh.url, appendStatements(onObject(early, 0, staged(early))));
    await events.append(onObject(late, 0, staged(late)));
    await readOn();
    await slow.commit();
    await eventually(async () => {
      await readOn();
      expect(seen.toSorted()).toEqual([`object-${early}`, `object-${late}`].sort());
    });
  });

  it('skips no event whose transaction began first but took its position last', async () => {
    const { events } = fresh.postgres;
    const { seen, readOn } = follower();
    const [early, late] = [someOid(), someOid()];
    const slow = await openAppend(fresh.url, [{ text: 'select pg_current_xact_id()' }]);
    await events.append(onObject(late, 0, staged(late)));
    await readOn();
    await slow.run(appendStatements(onObject(early, 0, staged(early))));
    await readOn();
    await slow.commit();
    await eventually(async () => {
      await readOn();
      expect(seen.toSorted()).toEqual([`object-${early}`, `object-${late}`].sort());
    });
  });

  it('loses nothing and repeats nothing under twelve writers', async () => {
    const { events } = fresh.postgres;
    const { seen, readOn } = follower();
    let writing = true;
    const reader = (async () => {
      while (writing) await readOn();
    })();
    const written = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const oids = Array.from({ length: 25 }, () => someOid());
        for (const oid of oids) await events.append(onObject(oid, 0, staged(oid)));
        return oids;
      }),
    );
    writing = false;
    await reader;
    const expected = written.flat().map((oid) => `object-${oid}`);
    await eventually(async () => {
      await readOn();
      expect(seen.toSorted()).toEqual(expected.toSorted());
    });
  }, 30_000);

  it('puts the events of one commit in the order in which they were given', async () => {
    const { events } = fresh.postgres;
    const oids = Array.from({ length: 30 }, () => someOid());
    await events.append({ writes: oids.flatMap((oid) => onObject(oid, 0, staged(oid)).writes), context });
    await eventually(async () => {
      const read = await events.readAll(BEGINNING, 100);
      expect(read.map(({ stream }) => stream)).toEqual(oids.map((oid) => `object-${oid}`));
    });
  });
});
