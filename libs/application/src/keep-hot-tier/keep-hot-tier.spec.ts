import { jest } from '@jest/globals';
import { jobRunner, stageSample, storeJob } from '#testing/crash/job-runner.js';
import { MemoryWorld, sampleObject } from '#testing/memory/memory-world.js';
import { SeededRandom } from '#testing/memory/test-clock.js';
import { Fault } from '#domain/fault/fault.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import { AdoptStrays } from './adopt-strays.js';
import { EvictStored } from './evict-stored.js';

const live = () => new AbortController().signal;

/** A file that reached its final name before its process died. */
const stray = (world: MemoryWorld, size: number, seed = 1) => {
  const { oid, bytes } = sampleObject(size, seed);
  world.hotTier.files.set(oid, { bytes, usedAt: world.clock.now() });
  return { oid, bytes };
};

describe('adopting files without an event', () => {
  const adoptStrays = (world: MemoryWorld) => new AdoptStrays(world.hotTier, world.catalogue, jobRunner(world).objects);
  const adopt = (world: MemoryWorld) =>
    adoptStrays(world).execute(new Date(world.clock.now().getTime() - 30_000), live());

  it('gives them their event and the job that stores them', async () => {
    const world = new MemoryWorld();
    const { oid, bytes } = stray(world, 300);
    world.clock.advance(31_000);
    expect(await adopt(world)).toEqual({ adopted: 1, corrupt: 0 });
    const [event] = (await world.events.read(objectStream(oid))).events;
    expect(event).toMatchObject({
      type: 'ObjectStaged',
      data: { adopted: true, sizeBytes: bytes.length, generation: 1 },
    });
    expect(world.database.outbox).toMatchObject([{ queue: 'store-object', payload: { oid, generation: 1 } }]);
    expect(await adopt(world)).toEqual({ adopted: 0, corrupt: 0 });
  });

  it('leaves young files to the upload that is about to commit', async () => {
    const world = new MemoryWorld();
    stray(world, 300);
    world.clock.advance(29_000);
    expect(await adopt(world)).toEqual({ adopted: 0, corrupt: 0 });
  });

  it('leaves files alone whose event it knows', async () => {
    const world = new MemoryWorld();
    await stageSample(world);
    world.clock.advance(60_000);
    const rehash = jest.spyOn(world.hotTier, 'rehash');
    expect(await adopt(world)).toEqual({ adopted: 0, corrupt: 0 });
    expect(rehash).not.toHaveBeenCalled();
  });

  it('does not adopt bytes that are not what their name says', async () => {
    const world = new MemoryWorld();
    const { oid } = stray(world, 300);
    world.hotTier.files.set(oid, { bytes: new Uint8Array(300), usedAt: world.clock.now() });
    world.clock.advance(31_000);
    expect(await adopt(world)).toEqual({ adopted: 0, corrupt: 1 });
    expect(world.database.events).toEqual([]);
  });

  it('adopts the bytes of an object that had lost them, as a new generation', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world, 300);
    world.hotTier.files.clear();
    await jobRunner(world).runJob.execute(storeJob(oid), live());
    stray(world, 300);
    world.clock.advance(31_000);
    expect(await adopt(world)).toEqual({ adopted: 1, corrupt: 0 });
    expect((await world.catalogue.objects([oid])).get(oid)).toMatchObject({ state: 'staged', generation: 2 });
  });

  it('does not take up again what the vault refused', async () => {
    const world = new MemoryWorld();
    const { oid } = await stageSample(world);
    jest.spyOn(world.vault, 'put').mockRejectedValue(new Fault('vault.refused'));
    await jobRunner(world).runJob.execute(storeJob(oid), live());
    world.clock.advance(60_000);
    expect(await adopt(world)).toEqual({ adopted: 0, corrupt: 0 });
  });

  it('ends in one event when an upload commits meanwhile', async () => {
    const world = new MemoryWorld();
    const { oid } = stray(world, 300);
    world.clock.advance(31_000);
    const rehash = world.hotTier.rehash.bind(world.hotTier);
    jest.spyOn(world.hotTier, 'rehash').mockImplementation(async (...args) => {
      await stageSample(world, 300);
      return rehash(...args);
    });
    expect(await adopt(world)).toEqual({ adopted: 0, corrupt: 0 });
    expect((await world.events.read(objectStream(oid))).events).toHaveLength(1);
  });
});

describe('making room in the hot tier', () => {
  const evict = (world: MemoryWorld, freeFloorBytes = 0) =>
    new EvictStored(world.hotTier, world.catalogue, { freeFloorBytes }).execute(live());

  const storedSample = async (world: MemoryWorld, size: number, seed: number) => {
    const { oid } = await stageSample(world, size, seed);
    await jobRunner(world).runJob.execute(storeJob(oid), live());
    world.clock.advance(1_000);
    return oid;
  };

  it('does nothing while there is room', async () => {
    const world = new MemoryWorld();
    await storedSample(world, 100, 1);
    expect(await evict(world)).toBe(0);
  });

  it('removes the longest unused first, until there is some room to spare', async () => {
    const world = new MemoryWorld();
    const oids = [];
    for (let seed = 1; seed <= 10; seed += 1) oids.push(await storedSample(world, 100, seed));
    world.hotTier.capacityBytes = 1_000;
    await (await world.hotTier.open(oids[0] as never))?.close();
    expect(await evict(world)).toBe(2);
    expect([...world.hotTier.files.keys()].sort()).toEqual([oids[0], ...oids.slice(3)].sort());
  });

  it('begins before the floor of free disk is reached', async () => {
    const world = new MemoryWorld();
    for (let seed = 1; seed <= 5; seed += 1) await storedSample(world, 100, seed);
    world.hotTier.capacityBytes = 1_000;
    expect(await evict(world, 300)).toBe(0);
    expect(await evict(world, 400)).toBe(3);
  });

  it.each([1, 2, 3, 4, 5])('never removes what no vault holds, however full the disk (seed %d)', async (seed) => {
    const world = new MemoryWorld();
    const random = new SeededRandom(seed);
    const pinned = [];
    for (let index = 0; index < 30; index += 1) {
      const kind = random.fraction();
      if (kind < 0.4) await storedSample(world, 100, seed * 100 + index);
      else if (kind < 0.7) pinned.push((await stageSample(world, 100, seed * 100 + index)).oid);
      else pinned.push(stray(world, 100, seed * 100 + index).oid);
    }
    world.hotTier.capacityBytes = 1;
    await evict(world, 1_000_000);
    expect([...world.hotTier.files.keys()].sort()).toEqual(pinned.sort());
  });
});
