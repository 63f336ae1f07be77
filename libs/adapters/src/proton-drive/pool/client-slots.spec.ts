import { MemoryDatabase } from '#testing/memory/memory-database.js';
import { MemoryLeases } from '#testing/memory/memory-leases.js';
import { StepClock } from '#testing/memory/step-clock.js';
import { ClientSlots } from './client-slots.js';

describe('the slots of clients', () => {
  it('are the lowest free numbers, each held by one process of the fleet', async () => {
    const leases = new MemoryLeases(new MemoryDatabase());
    const [one, other] = [0, 1].map(() => new ClientSlots(leases, new StepClock(), 'proton-drive'));
    const claimed = [await one?.claim(), await other?.claim(), await one?.claim()];
    expect(claimed.map((slot) => slot?.number)).toEqual([0, 1, 2]);
    await claimed[1]?.release();
    expect((await one?.claim())?.number).toBe(1);
  });

  it('stay with a process that lives, and pass on from one that died', async () => {
    const database = new MemoryDatabase();
    const leases = new MemoryLeases(database);
    const [alive, dead] = [new StepClock(), new StepClock()];
    await new ClientSlots(leases, alive, 'proton-drive').claim();
    await new ClientSlots(leases, dead, 'proton-drive').claim();
    for (let minutes = 0; minutes < 6; minutes += 1) {
      database.clock.advance(20_000);
      await alive.advance(20_000);
    }
    const next = await new ClientSlots(leases, new StepClock(), 'proton-drive').claim();
    expect(next.number).toBe(1);
  });
});
