import { randomUUID } from 'node:crypto';
import { repositoryStream } from '#domain/repository/repository.js';
import * as example from './example-events.js';
import { useWorld, type MakeWorld } from './store-world.js';

const { context, onObject, receipt, redriven, someOid, staged, storeFailed, stored } = example;

export const describeCatalogue = (name: string, make: MakeWorld): void => {
  describe(`the catalogue of ${name}`, () => {
    const world = useWorld(make);

    const stateOf = async (oid: ReturnType<typeof someOid>) => (await world().catalogue.objects([oid])).get(oid);

    it('finds a repository by its path in any case, and by its id', async () => {
      const { catalogue, events } = world();
      const id = await example.createRepository(events, 'Demo');
      const repository = {
        id,
        organization: 'Acme',
        name: 'Demo',
        ackMode: 'stored',
        maxObjectBytes: null,
        createdAt: new Date(example.AT),
      };
      expect(await catalogue.repository({ organization: 'acme', name: 'DEMO' })).toEqual(repository);
      expect(await catalogue.repositoryById(id)).toEqual(repository);
    });

    it('knows no repository by a wrong path or id', async () => {
      const { catalogue } = world();
      expect(await catalogue.repository({ organization: 'acme', name: 'none' })).toBeNull();
      expect(await catalogue.repositoryById(randomUUID())).toBeNull();
      expect(await catalogue.repositoryById('not-a-uuid')).toBeNull();
    });

    it('follows the acknowledgement mode of a repository', async () => {
      const { catalogue, events } = world();
      const repositoryId = await example.createRepository(events);
      const set = { type: 'AckModeSet', schema: 1, data: { repositoryId, ackMode: 'staged', at: example.AT } } as const;
      await events.append({
        writes: [{ stream: repositoryStream(repositoryId), expectedVersion: 1, events: [set] }],
        context,
      });
      expect((await catalogue.repositoryById(repositoryId))?.ackMode).toBe('staged');
    });

    it('follows an object from staged over failed to stored', async () => {
      const { events } = world();
      const oid = someOid();
      await events.append(onObject(oid, 0, staged(oid)));
      const fresh = { oid, sizeBytes: 1234, sha1: example.someSha1, state: 'staged', generation: 1, failure: null };
      expect(await stateOf(oid)).toEqual({ ...fresh, stagedAt: new Date(example.AT), storedAt: null });
      await events.append(onObject(oid, 1, storeFailed(oid)));
      expect(await stateOf(oid)).toMatchObject({ state: 'failed', failure: 'vault.full', generation: 1 });
      await events.append(onObject(oid, 2, redriven(oid, 2)));
      expect(await stateOf(oid)).toMatchObject({ state: 'staged', failure: null, generation: 2 });
      await events.append(onObject(oid, 3, stored(oid, 2)));
      expect(await stateOf(oid)).toMatchObject({ state: 'stored', generation: 2, storedAt: new Date(example.AT) });
    });

    it('takes a new upload of an object that had failed', async () => {
      const { events } = world();
      const oid = someOid();
      await events.append(onObject(oid, 0, staged(oid), storeFailed(oid)));
      await events.append(onObject(oid, 2, staged(oid, 2)));
      expect(await stateOf(oid)).toMatchObject({ state: 'staged', failure: null, generation: 2 });
    });

    it('forgets a placement that was lost, and nothing else of the object', async () => {
      const { events, catalogue } = world();
      const oid = someOid();
      await events.append(onObject(oid, 0, staged(oid), stored(oid)));
      await events.append(onObject(oid, 2, example.placementLost(oid, 1, 'home')));
      expect(await stateOf(oid)).toMatchObject({
        ...{ state: 'failed', failure: 'vault.absent', generation: 1, storedAt: null, sha1: example.someSha1 },
      });
      expect(await catalogue.placements(oid)).toEqual([]);
      await events.append(onObject(oid, 3, redriven(oid, 2), stored(oid, 2)));
      expect(await stateOf(oid)).toMatchObject({ state: 'stored', failure: null, generation: 2 });
      expect(await catalogue.placements(oid)).toHaveLength(1);
    });

    it('keeps sizes above 32 bits exact', async () => {
      const { events } = world();
      const oid = someOid();
      await events.append(onObject(oid, 0, staged(oid, 1, Number.MAX_SAFE_INTEGER)));
      expect((await stateOf(oid))?.sizeBytes).toBe(Number.MAX_SAFE_INTEGER);
    });

    it('tells a repository nothing of objects that only others are linked to', async () => {
      const { catalogue, events } = world();
      const [mine, other] = [await example.createRepository(events), await example.createRepository(events)];
      const [oid, foreign] = [await example.storeIn(events, mine), await example.storeIn(events, other)];
      const found = await catalogue.linkedObjects(mine, [oid, foreign, someOid()]);
      expect([...found.keys()]).toEqual([oid]);
      expect((await catalogue.linkedObjects(mine, [])).size).toBe(0);
    });

    it('keeps one placement a vault, with its receipt', async () => {
      const { catalogue, events } = world();
      const oid = someOid();
      await events.append(onObject(oid, 0, staged(oid), stored(oid)));
      await events.append(onObject(oid, 2, stored(oid, 1, receipt('second'))));
      await events.append(onObject(oid, 3, stored(oid, 1, { ...receipt('home'), verified: 'listed', sha1: null })));
      const placements = [...(await catalogue.placements(oid))].sort((a, b) =>
        a.receipt.vault.localeCompare(b.receipt.vault),
      );
      expect(placements).toEqual([
        { oid, receipt: { ...receipt('home'), verified: 'listed', sha1: null }, at: new Date(example.AT) },
        { oid, receipt: receipt('second'), at: new Date(example.AT) },
      ]);
      expect(await catalogue.placements(someOid())).toEqual([]);
    });

    it('lists what has been staged for long and is not stored, oldest first', async () => {
      const { catalogue, events, elapse } = world();
      const at = (second: number) => `2025-12-31T00:00:0${second}.000Z`;
      const oids = [someOid(), someOid(), someOid()] as const;
      for (const [index, oid] of oids.entries()) {
        const event = staged(oid);
        await events.append(onObject(oid, 0, { ...event, data: { ...event.data, at: at(3 - index) } }));
      }
      const [newest, middle, oldest] = oids;
      await events.append(onObject(middle, 1, stored(middle)));
      await elapse(1);
      expect((await catalogue.unstored(60_000, 10)).map(({ oid }) => oid)).toEqual([oldest, newest]);
      expect((await catalogue.unstored(60_000, 1)).map(({ oid }) => oid)).toEqual([oldest]);
      expect(await catalogue.unstored(100 * 365 * 86_400_000, 10)).toEqual([]);
    });
  });
};
