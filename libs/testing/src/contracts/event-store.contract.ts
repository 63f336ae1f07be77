import { BEGINNING, type Cursor, type RecordedEvent } from '#application/ports/event-store.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import { isFault } from '#domain/fault/fault.js';
import { context, createRepository, linkWrite, onObject, someOid, staged, stored } from './example-events.js';
import { eventually } from './eventually.js';
import { useWorld, type MakeWorld } from './store-world.js';

export const describeEventStore = (name: string, make: MakeWorld): void => {
  describe(`the event store of ${name}`, () => {
    const world = useWorld(make);

    it('reads a stream that does not exist as empty, at version 0', async () => {
      expect(await world().events.read(objectStream(someOid()))).toEqual({ version: 0, events: [] });
    });

    it('reads back what was appended, in order, with its context', async () => {
      const { events } = world();
      const oid = someOid();
      await events.append(onObject(oid, 0, staged(oid)));
      await events.append(onObject(oid, 1, stored(oid)));
      const stream = await events.read(objectStream(oid));
      expect(stream.version).toBe(2);
      expect(stream.events).toMatchObject([
        { ...staged(oid), version: 1, stream: objectStream(oid), context },
        { ...stored(oid), version: 2, stream: objectStream(oid), context },
      ]);
      expect(stream.events[0]?.recordedAt).toBeInstanceOf(Date);
    });

    it.each([
      ['below the current one', 0],
      ['beyond the current one', 5],
    ])('refuses an expected version %s', async (_, expectedVersion) => {
      const { events } = world();
      const oid = someOid();
      await events.append(onObject(oid, 0, staged(oid)));
      await expect(events.append(onObject(oid, expectedVersion, stored(oid)))).rejects.toMatchObject({
        code: 'stream.version-conflict',
      });
      expect((await events.read(objectStream(oid))).version).toBe(1);
    });

    it('lets exactly one of twenty appends at the same version win', async () => {
      const { events } = world();
      const oid = someOid();
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () => events.append(onObject(oid, 0, staged(oid)))),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(isFault(result.reason, 'stream.version-conflict')).toBe(true);
      }
      expect((await events.read(objectStream(oid))).version).toBe(1);
    });

    it('writes all streams and messages of a commit, or nothing', async () => {
      const { events, outbox, catalogue } = world();
      const repositoryId = await createRepository(events);
      const [oid, taken] = [someOid(), someOid()];
      await events.append(onObject(taken, 0, staged(taken)));
      const messages = [{ queue: 'store-object', payload: { v: 1, oid, generation: 1 } }] as const;
      const fresh = [...onObject(oid, 0, staged(oid)).writes, linkWrite(repositoryId, oid)];
      const conflicting = onObject(taken, 0, staged(taken)).writes;
      await expect(events.append({ writes: [...fresh, ...conflicting], messages, context })).rejects.toMatchObject({
        code: 'stream.version-conflict',
      });
      expect((await events.read(objectStream(oid))).version).toBe(0);
      expect((await outbox.backlog()).pending).toBe(0);
      expect((await catalogue.objects([oid])).size).toBe(0);
      await events.append({ writes: fresh, messages, context });
      expect((await outbox.backlog()).pending).toBe(1);
      expect((await catalogue.linkedObjects(repositoryId, [oid])).get(oid)?.state).toBe('staged');
    });

    it('does nothing for a commit without events and messages', async () => {
      const { events } = world();
      const oid = someOid();
      await events.append({ writes: [{ stream: objectStream(oid), expectedVersion: 7, events: [] }], context });
      expect(await events.readAll(BEGINNING, 10)).toEqual([]);
    });

    it('refuses a commit whose lease another holder has taken over', async () => {
      const { events, leases, elapse } = world();
      const oid = someOid();
      const entity = objectStream(oid);
      await events.append(onObject(oid, 0, staged(oid)));
      const zombie = await leases.acquire(entity, 20);
      await elapse(40);
      const holder = await leases.acquire(entity, 60_000);
      const commit = onObject(oid, 1, stored(oid));
      await expect(events.append({ ...commit, fence: zombie })).rejects.toMatchObject({ code: 'lease.lost' });
      await events.append({ ...commit, fence: holder });
      expect((await events.read(entity)).version).toBe(2);
    });

    it('tells a second repository of the same path, whatever its case, that it exists', async () => {
      const { events } = world();
      await createRepository(events, 'Demo');
      await expect(createRepository(events, 'demo')).rejects.toMatchObject({ code: 'repository.exists' });
    });

    it('reads all events in pages, each once, those of a stream in their order', async () => {
      const { events } = world();
      const oids = Array.from({ length: 12 }, () => someOid());
      await Promise.all(
        oids.map(async (oid) => {
          await events.append(onObject(oid, 0, staged(oid)));
          await events.append(onObject(oid, 1, stored(oid)));
        }),
      );
      const all: RecordedEvent[] = [];
      let cursor: Cursor = BEGINNING;
      await eventually(async () => {
        for (;;) {
          const page = await events.readAll(cursor, 5);
          const last = page.at(-1);
          if (!last) break;
          expect(page.length).toBeLessThanOrEqual(5);
          all.push(...page);
          cursor = last.cursor;
        }
        expect(all).toHaveLength(24);
      });
      for (const oid of oids) {
        expect(all.filter(({ stream }) => stream === objectStream(oid)).map(({ version }) => version)).toEqual([1, 2]);
      }
    });
  });
};
