import { onObject, someOid, staged, storeFailed, stored } from './example-events.js';
import { useWorld, type MakeWorld } from './store-world.js';

export const describeDurability = (name: string, make: MakeWorld): void => {
  describe(`the durability of ${name}`, () => {
    const world = useWorld(make);
    const never = new AbortController().signal;

    const stagedOids = async (count: number) => {
      const oids = Array.from({ length: count }, () => someOid());
      for (const oid of oids) await world().events.append(onObject(oid, 0, staged(oid)));
      return oids;
    };

    it('is reached at once by nothing, and by what is not staged', async () => {
      const { durability, events } = world();
      const [oid] = await stagedOids(1);
      if (oid) await events.append(onObject(oid, 1, stored(oid)));
      expect(await durability.settled([], 1_000, never)).toBe(true);
      expect(await durability.settled([oid ?? someOid(), someOid()], 5_000, never)).toBe(true);
    });

    it('is reached once every object is stored or failed', async () => {
      const { durability, events } = world();
      const [first, second] = await stagedOids(2);
      if (!first || !second) throw new Error('two were staged');
      const settled = durability.settled([first, second], 30_000, never);
      await events.append(onObject(first, 1, stored(first)));
      durability.announce(first);
      await events.append(onObject(second, 1, storeFailed(second)));
      durability.announce(second);
      expect(await settled).toBe(true);
    });

    it('is reached without any announcement, by polling', async () => {
      const { durability, events } = world();
      const [oid] = await stagedOids(1);
      if (!oid) throw new Error('one was staged');
      const settled = durability.settled([oid], 30_000, never);
      await events.append(onObject(oid, 1, stored(oid)));
      expect(await settled).toBe(true);
    });

    it('is not reached when time runs out', async () => {
      const { durability } = world();
      expect(await durability.settled(await stagedOids(2), 300, never)).toBe(false);
    });

    it('is not reached when the waiter leaves', async () => {
      const { durability } = world();
      const oids = await stagedOids(1);
      expect(await durability.settled(oids, 60_000, AbortSignal.abort())).toBe(false);
      expect(await durability.settled(oids, 60_000, AbortSignal.timeout(50))).toBe(false);
    });
  });
};
