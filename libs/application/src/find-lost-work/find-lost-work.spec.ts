import { jest } from '@jest/globals';
import { jobRunner, stageSample, storeJob } from '#testing/crash/job-runner.js';
import { MemoryWorld } from '#testing/memory/memory-world.js';
import { RelayOutbox } from '#application/relay-outbox/relay-outbox.js';
import { Fault } from '#domain/fault/fault.js';
import { FindLostWork } from './find-lost-work.js';

const live = () => new AbortController().signal;
const LIMITS = { unstoredForMs: 5_000, objectsMax: 10_000, relayPatienceMs: 30_000 };

const over = (world: MemoryWorld) => ({
  relay: new RelayOutbox(world.outbox, world.queue, { messagesMax: 100, claimMs: 10_000 }),
  findLost: new FindLostWork(world.catalogue, world.queue, world.outbox, jobRunner(world).burial),
});

/** Objects that were uploaded and whose jobs are in the queue. */
const queuedWorld = async (objects: number) => {
  const world = new MemoryWorld();
  const samples = [];
  for (let seed = 1; seed <= objects; seed += 1) samples.push(await stageSample(world, 50, seed));
  const { relay, findLost } = over(world);
  await relay.drain(live());
  world.clock.advance(6_000);
  return { world, oids: samples.map(({ oid }) => oid), findLost };
};

describe('the search for lost work', () => {
  it('finds nothing while the queue holds every job', async () => {
    const { findLost } = await queuedWorld(3);
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 0, failed: 0 });
  });

  it('queues all again after the queue was emptied, under the same ids', async () => {
    const { world, oids, findLost } = await queuedWorld(450);
    world.queue.flush();
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 450, failed: 0 });
    expect([...world.queue.jobs.keys()].sort()).toEqual(oids.map((oid) => storeJob(oid).id).sort());
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 0, failed: 0 });
  });

  it('brings every object home after the queue was emptied', async () => {
    const { world, oids, findLost } = await queuedWorld(5);
    world.queue.flush();
    await findLost.execute(LIMITS);
    const { runJob } = jobRunner(world);
    for (const job of world.queue.jobs.values()) await runJob.execute(job, live());
    for (const oid of oids) expect((await world.catalogue.objects([oid])).get(oid)?.state).toBe('stored');
    world.queue.flush();
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 0, failed: 0 });
  });

  it('leaves young objects to the relay', async () => {
    const world = new MemoryWorld();
    await stageSample(world);
    world.clock.advance(1_000);
    expect(await over(world).findLost.execute(LIMITS)).toEqual({ requeued: 0, failed: 0 });
  });

  it('leaves what still waits in the outbox to the relay, but not for ever', async () => {
    const world = new MemoryWorld();
    await stageSample(world);
    world.clock.advance(20_000);
    const { findLost } = over(world);
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 0, failed: 0 });
    world.clock.advance(20_000);
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 1, failed: 0 });
  });

  it('does not revive a job that ended while it was looking', async () => {
    const { world, findLost, oids } = await queuedWorld(1);
    const missing = world.queue.missing.bind(world.queue);
    jest.spyOn(world.queue, 'missing').mockImplementation(async (...args) => {
      for (const oid of oids) await jobRunner(world).runJob.execute(storeJob(oid), live());
      world.queue.flush();
      return missing(...args);
    });
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 0, failed: 0 });
  });

  it('finishes giving up where a worker was killed between the dead letter and the event', async () => {
    const { world, oids, findLost } = await queuedWorld(1);
    const [oid] = oids;
    if (oid === undefined) throw new Error('no sample');
    jest.spyOn(world.vault, 'put').mockRejectedValue(new Fault('vault.refused'));
    jest.spyOn(world.events, 'append').mockRejectedValueOnce(new Fault('database.unavailable'));
    await jobRunner(world).runJob.execute(storeJob(oid), live());
    expect(world.database.deadLetters).toHaveLength(1);
    world.queue.flush();
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 0, failed: 1 });
    expect((await world.catalogue.objects([oid])).get(oid)).toMatchObject({
      state: 'failed',
      failure: 'vault.refused',
    });
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 0, failed: 0 });
  });

  it('does not revive what has been given up', async () => {
    const { world, oids, findLost } = await queuedWorld(1);
    jest.spyOn(world.vault, 'put').mockRejectedValue(new Fault('vault.refused'));
    for (const oid of oids) await jobRunner(world).runJob.execute(storeJob(oid), live());
    world.queue.flush();
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 0, failed: 0 });
  });

  it('says so when the queue is away, and loses nothing by it', async () => {
    const { world, findLost } = await queuedWorld(2);
    world.queue.flush();
    world.queue.available = false;
    await expect(findLost.execute(LIMITS)).rejects.toMatchObject({ code: 'queue.unavailable' });
    world.queue.available = true;
    expect(await findLost.execute(LIMITS)).toEqual({ requeued: 2, failed: 0 });
  });
});
