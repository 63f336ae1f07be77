import { setTimeout as delay } from 'node:timers/promises';
import type { ProjectionStatus } from '#application/ports/projections.js';
import { createRepository, storeIn } from '#testing/contracts/example-events.js';
import { eventually } from '#testing/contracts/eventually.js';
import { describeProjections, type ProjectedWorld } from '#testing/contracts/projections.contract.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';
import { PostgresProjections } from './postgres-projections.js';
import type { Projection } from './projections/projection.js';
import { repositoryUsage } from './projections/repository-usage.js';

const make = async (): Promise<ProjectedWorld> => {
  const { postgres, ask, drop } = await freshDatabase();
  return {
    ...postgres,
    elapse: (ms) => delay(ms),
    dispose: drop,
    rows: (table) => ask(`select * from ${table} order by 1, 2`),
    spoil: async (table) => {
      await ask(`delete from ${table}`);
    },
  };
};

describeProjections('PostgreSQL', make);

describe('a checkpointed projection', () => {
  let fresh: FreshDatabase;

  beforeEach(async () => {
    fresh = await freshDatabase();
  });

  afterEach(() => fresh.drop());

  const projectionsOf = (projection: Projection) => new PostgresProjections(fresh.postgres.database, [projection]);
  const usage = () => fresh.ask<{ objects: string; bytes: string }>('select objects, bytes from repository_usage');

  const advanceUntil = (
    projections: PostgresProjections,
    wanted: (status: ProjectionStatus) => boolean,
  ): Promise<ProjectionStatus> =>
    eventually(async () => {
      await projections.advance(100);
      const status = (await projections.status()).at(-1);
      if (!status || !wanted(status)) throw new Error('not yet');
      return status;
    });

  const caughtUp = ({ lagEvents }: ProjectionStatus): boolean => lagEvents === 0;

  const refusal = async (projections: PostgresProjections): Promise<unknown> => {
    const outcome = await projections.rebuild('repository-usage', () => undefined).catch((error: unknown) => error);
    if (typeof outcome === 'number') throw new Error('not yet');
    return outcome;
  };

  /** Chokes on one link. */
  const choking = (how: 'throws' | 'fails in SQL'): Projection => ({
    ...repositoryUsage,
    handlers: {
      ObjectLinked: (event) => {
        const statements = repositoryUsage.handlers.ObjectLinked?.(event) ?? [];
        if (event.data.oid !== poison) return statements;
        if (how === 'throws') throw new Error('indigestible');
        return [{ text: 'select 1 / 0' }];
      },
    },
  });
  let poison = '';

  it.each(['throws', 'fails in SQL'] as const)(
    'stops at an event whose handler %s, says so, and skips nothing',
    async (how) => {
      const { events } = fresh.postgres;
      const repositoryId = await createRepository(events);
      await storeIn(events, repositoryId);
      poison = await storeIn(events, repositoryId);
      await storeIn(events, repositoryId);
      const projections = projectionsOf(choking(how));
      const stopped = await advanceUntil(projections, ({ stoppedBy }) => stoppedBy !== null);
      for (let round = 0; round < 3; round += 1) await projections.advance(100);
      expect(await usage()).toEqual([{ objects: '1', bytes: '1234' }]);
      expect(stopped.stoppedBy).toContain('ObjectLinked');
      expect(stopped.stoppedBy).toContain(poison);
      expect(stopped.lagEvents).toBeGreaterThan(0);
      const mended = projectionsOf(repositoryUsage);
      await mended.rebuild('repository-usage', () => undefined);
      await advanceUntil(mended, ({ lagEvents }) => lagEvents === 0);
      expect(await usage()).toEqual([{ objects: '3', bytes: '3702' }]);
      expect((await projections.status()).at(-1)).toMatchObject({ stoppedBy: null, lagEvents: 0 });
      await expect(eventually(() => refusal(projections))).resolves.toMatchObject({ code: 'projection.poisoned' });
    },
  );

  it('stops at an event that only a newer build knows', async () => {
    await fresh.ask(
      `insert into events (stream, version, type, schema_version, data, correlation_id, actor)
        values ('object-x', 1, 'ObjectSublimated', 1, '{}', 'c', 'service:new')`,
    );
    const projections = projectionsOf(repositoryUsage);
    const { stoppedBy } = await advanceUntil(projections, (status) => status.stoppedBy !== null);
    expect(stoppedBy).toContain('event.unreadable');
  });

  it('is built again when its version rises, and left alone by an older build', async () => {
    const { events } = fresh.postgres;
    await storeIn(events, await createRepository(events));
    const twice: Projection = {
      ...repositoryUsage,
      version: 2,
      handlers: {
        ObjectLinked: ({ data }) => [
          { text: `insert into repository_usage values ($1, 2, 2, now())`, values: [data.repositoryId] },
        ],
      },
    };
    await advanceUntil(projectionsOf(repositoryUsage), caughtUp);
    await projectionsOf(twice).advance(100);
    await advanceUntil(projectionsOf(twice), caughtUp);
    expect(await usage()).toEqual([{ objects: '2', bytes: '2' }]);
    await projectionsOf(repositoryUsage).advance(100);
    expect(await usage()).toEqual([{ objects: '2', bytes: '2' }]);
  });

  it('waits for open transactions, then catches up exactly', async () => {
    const { events, database } = fresh.postgres;
    const repositoryId = await createRepository(events);
    const projections = projectionsOf(repositoryUsage);
    await database.transaction(async (ask) => {
      await ask({ text: 'select pg_current_xact_id()' });
      await storeIn(events, repositoryId);
      await projections.advance(100);
      expect(await usage()).toEqual([]);
    });
    await advanceUntil(projections, caughtUp);
    expect(await usage()).toEqual([{ objects: '1', bytes: '1234' }]);
  });
});
