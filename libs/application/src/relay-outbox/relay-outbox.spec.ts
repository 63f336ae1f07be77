import { stageSample, storeJob } from '#testing/crash/job-runner.js';
import { MortalProcess } from '#testing/crash/mortal-process.js';
import { MemoryWorld } from '#testing/memory/memory-world.js';
import { RelayOutbox } from './relay-outbox.js';

const live = () => new AbortController().signal;
const SETTINGS = { messagesMax: 2, claimMs: 10_000 };

const relayOver = (world: MemoryWorld, process = new MortalProcess(null)) =>
  new RelayOutbox(process.port(world.outbox), process.port(world.queue), SETTINGS);

const worldWith = async (objects: number) => {
  const world = new MemoryWorld();
  const ids = [];
  for (let seed = 1; seed <= objects; seed += 1) ids.push(storeJob((await stageSample(world, 50, seed)).oid).id);
  return { world, ids };
};

describe('the outbox relay', () => {
  it('sends all that waits, batch after batch, in order', async () => {
    const { world, ids } = await worldWith(5);
    expect(await relayOver(world).drain(live())).toBe(5);
    expect([...world.queue.jobs.keys()]).toEqual(ids);
    expect(await world.outbox.backlog()).toMatchObject({ pending: 0 });
    expect(await relayOver(world).drain(live())).toBe(0);
  });

  it('keeps messages while the queue is away', async () => {
    const { world } = await worldWith(3);
    world.queue.available = false;
    await expect(relayOver(world).drain(live())).rejects.toMatchObject({ code: 'queue.unavailable' });
    expect(await world.outbox.backlog()).toMatchObject({ pending: 3 });
    world.queue.available = true;
    world.clock.advance(SETTINGS.claimMs);
    expect(await relayOver(world).drain(live())).toBe(3);
  });

  it('adds the same jobs again after a crash between adding and settling', async () => {
    const { world, ids } = await worldWith(5);
    for (let atCall = 1; atCall <= 6; atCall += 1) {
      for (const when of ['before', 'after'] as const) {
        const process = new MortalProcess({ atCall, when });
        await relayOver(world, process)
          .drain(live())
          .catch(() => undefined);
      }
    }
    world.clock.advance(SETTINGS.claimMs);
    await relayOver(world).drain(live());
    expect([...world.queue.jobs.keys()].sort()).toEqual([...ids].sort());
    expect(await world.outbox.backlog()).toMatchObject({ pending: 0 });
  });

  it('shares the work with other relays', async () => {
    const { world, ids } = await worldWith(7);
    const sent = await Promise.all([relayOver(world).drain(live()), relayOver(world).drain(live())]);
    expect(sent[0] + sent[1]).toBe(7);
    expect(world.queue.jobs.size).toBe(ids.length);
  });

  it('stops between batches when told to', async () => {
    const { world } = await worldWith(3);
    expect(await relayOver(world).drain(AbortSignal.abort())).toBe(0);
    expect(await world.outbox.backlog()).toMatchObject({ pending: 3 });
  });
});
