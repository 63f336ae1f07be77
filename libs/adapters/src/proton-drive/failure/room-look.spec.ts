import { TestClock } from '#testing/memory/test-clock.js';
import { Fault } from '#domain/fault/fault.js';
import { RoomLook } from './room-look.js';

const GiB = 2 ** 30;
const never = new AbortController().signal;

const begin = () => {
  const clock = new TestClock();
  const world = { stop: new Fault('vault.quota-exceeded') as Fault | null, free: 0, calls: 0, lifted: 0 };
  const gate = { permit: () => (world.stop === null ? Promise.resolve() : Promise.reject(world.stop)) };
  const room = new RoomLook(gate, {
    clock,
    space: () => Promise.resolve({ usedBytes: 100 * GiB - world.free, maxBytes: ((world.calls += 1), 100 * GiB) }),
    seen: () => Promise.resolve(void (world.lifted += 1)),
  });
  /** Three jobs ask each 15 s, as those that are parked do; all are refused. */
  const ask = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed += 15) {
      for (let job = 0; job < 3; job += 1)
        await expect(room.permit(never)).rejects.toMatchObject({ kind: expect.any(String) });
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(15_000);
    }
  };
  return { world, ask, room, clock };
};

describe('the look for room of a worker whose account is full', () => {
  it('sees within a minute that room was made, with two calls a minute', async () => {
    const { world, ask } = begin();
    await ask(300);
    expect(world).toMatchObject({ calls: 10, lifted: 0 });
    world.free = 10 * GiB;
    await ask(45);
    expect(world.lifted).toBe(1);
  });

  it('is not made for any other stop, and not while nothing is stopped', async () => {
    const { world, ask, room } = begin();
    world.stop = new Fault('vault.abuse-blocked');
    await ask(120);
    world.stop = null;
    await room.permit(never);
    expect(world.calls).toBe(0);
  });

  it('does not end the stop for room that was there when something did not fit', async () => {
    const { world, ask } = begin();
    world.free = GiB;
    await ask(600);
    expect(world.lifted).toBe(0);
    world.free = 2 * GiB;
    await ask(60);
    expect(world.lifted).toBe(1);
    // It went on, and did not fit either: the account has as much as before.
    await ask(600);
    expect(world.lifted).toBe(1);
  });

  it('forgets what was free once nothing has been refused for long', async () => {
    const { world, ask, clock } = begin();
    world.free = 50 * GiB;
    await ask(60);
    clock.advance(3_600_000);
    world.free = 0;
    await ask(60);
    world.free = GiB;
    await ask(60);
    expect(world.lifted).toBe(1);
  });

  it('says nothing when the call fails: the probe of the stop is still there', async () => {
    const clock = new TestClock();
    const room = new RoomLook(
      { permit: () => Promise.reject(new Fault('vault.quota-exceeded')) },
      { clock, space: () => Promise.reject(new Fault('vault.unavailable')), seen: () => Promise.resolve() },
    );
    await expect(room.permit(never)).rejects.toMatchObject({ code: 'vault.quota-exceeded' });
    await new Promise((resolve) => setImmediate(resolve));
  });
});
