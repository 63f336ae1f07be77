import type { Projections } from '#application/ports/projections.js';
import {
  context,
  createRepository,
  issueToken,
  linkWrite,
  onObject,
  redriven,
  someOid,
  staged,
  storeFailed,
  storeIn,
} from './example-events.js';
import { eventually } from './eventually.js';
import { useWorld, type StoreWorld } from './store-world.js';

export interface ProjectedWorld extends StoreWorld {
  readonly projections: Projections;
  /** All rows of a table of a projection, in a fixed order. */
  rows(table: string): Promise<readonly object[]>;
  /** Spoils a table behind the projections' back. */
  spoil(table: string): Promise<void>;
}

const CATALOGUE = ['repositories', 'objects', 'placements', 'object_links'];

export const describeProjections = (name: string, make: () => Promise<ProjectedWorld>): void => {
  describe(`the projections of ${name}`, () => {
    const world = useWorld(make) as () => ProjectedWorld;

    const someLife = async (): Promise<void> => {
      const { events } = world();
      const [one, two] = [await createRepository(events), await createRepository(events)];
      for (const repositoryId of [one, one, two]) await storeIn(events, repositoryId);
      const [failed, again] = [someOid(), someOid()];
      await events.append({
        writes: [...onObject(failed, 0, staged(failed), storeFailed(failed)).writes, linkWrite(two, failed)],
        context,
      });
      await events.append(onObject(again, 0, staged(again), storeFailed(again), redriven(again, 2)));
      await issueToken(events);
    };

    const advanceToEnd = async (): Promise<number> => {
      let total = 0;
      return eventually(async () => {
        total += await world().projections.advance(4);
        expect((await world().projections.status()).every(({ lagEvents }) => lagEvents === 0)).toBe(true);
        return total;
      });
    };

    it('rebuilds an inline projection to exactly what it was', async () => {
      await someLife();
      const { projections, rows, spoil } = world();
      const live = await Promise.all([...CATALOGUE, 'tokens'].map(rows));
      for (const table of [...CATALOGUE.toReversed(), 'tokens']) await spoil(table);
      const progress: number[] = [];
      await projections.rebuild('catalogue', (done) => progress.push(done));
      await projections.rebuild('tokens', () => undefined);
      expect(await Promise.all([...CATALOGUE, 'tokens'].map(rows))).toEqual(live);
      expect(live.every((table) => table.length > 0)).toBe(true);
      expect(progress.at(-1)).toBeGreaterThan(0);
    });

    it('rebuilds an inline projection while others append, and misses none of it', async () => {
      await someLife();
      const { events, projections, catalogue } = world();
      const repositoryId = await createRepository(events);
      const appends = Array.from({ length: 40 }, async () => {
        for (let tries = 1; ; tries += 1) {
          const oid = someOid();
          try {
            return await storeIn(events, repositoryId, oid);
          } catch (error) {
            // A deadlock with the rebuild undoes one of the two: its caller decides again, as after any conflict.
            if (tries === 10 || (error as { code?: string }).code !== 'stream.version-conflict') throw error;
          }
        }
      });
      const rebuilt = projections.rebuild('catalogue', () => undefined);
      const oids = await Promise.all(appends);
      await rebuilt;
      const found = await catalogue.linkedObjects(repositoryId, oids);
      expect([...found.values()].filter(({ state }) => state === 'stored')).toHaveLength(40);
    }, 60_000);

    it('brings a checkpointed projection up to date in steps, each event once', async () => {
      await someLife();
      const { projections, rows } = world();
      expect(await advanceToEnd()).toBeGreaterThan(0);
      const usage = await rows('repository_usage');
      expect(usage).toMatchObject([{ objects: '2' }, { objects: '2' }]);
      expect(await advanceToEnd()).toBe(0);
      expect(await rows('repository_usage')).toEqual(usage);
      expect(await projections.advance(4)).toBe(0);
    });

    it('counts exactly with several runners at once', async () => {
      await someLife();
      await Promise.all(Array.from({ length: 4 }, advanceToEnd));
      expect(await world().rows('repository_usage')).toMatchObject([{ objects: '2' }, { objects: '2' }]);
    });

    it('tells how far behind a checkpointed projection is', async () => {
      await someLife();
      const status = await world().projections.status();
      const behind = status.find(({ kind }) => kind === 'checkpointed');
      expect(behind?.lagEvents).toBeGreaterThan(5);
      expect(behind?.stoppedBy).toBeNull();
      expect(status.filter(({ kind }) => kind === 'inline').every(({ lagEvents }) => lagEvents === 0)).toBe(true);
    });

    it('rebuilds a checkpointed projection from the first event', async () => {
      await someLife();
      await advanceToEnd();
      const { projections, rows, spoil } = world();
      const live = await rows('repository_usage');
      await spoil('repository_usage');
      await projections.rebuild('repository-usage', () => undefined);
      await advanceToEnd();
      expect(await rows('repository_usage')).toEqual(live);
    });

    it('names those that there are when asked for another', async () => {
      await expect(world().projections.rebuild('nothing', () => undefined)).rejects.toMatchObject({
        code: 'projection.absent',
      });
    });
  });
};
