import { MemoryDrive } from '#testing/memory/memory-drive.js';
import { StepClock } from '#testing/memory/step-clock.js';
import { Fault } from '#domain/fault/fault.js';
import { Seats } from './seats.js';

const never = (): AbortSignal => new AbortController().signal;

describe('the seats at a process of the SDK', () => {
  let clock: StepClock;
  let seats: Seats;
  const [one, other] = [new MemoryDrive(), new MemoryDrive()];
  beforeEach(() => {
    clock = new StepClock();
    seats = new Seats(2, 30_000, clock);
  });

  it('are waited for in order by transfers, and by calls not at all', async () => {
    seats.fill(one);
    const taken = [await seats.take('transfer', never()), await seats.take('transfer', never())];
    const order: number[] = [];
    const waiting = [1, 2].map((number) => seats.take('transfer', never()).then(() => order.push(number)));
    await seats.take('call', never());
    expect(order).toEqual([]);
    taken[0]?.leave();
    taken[0]?.leave();
    await waiting[0];
    expect(order).toEqual([1]);
    seats.fill(other);
    await waiting[1];
    expect(order).toEqual([1, 2]);
  });

  it('are given up at a signal, and then given to the next', async () => {
    const remove = seats.fill(one);
    const taken = [await seats.take('transfer', never()), await seats.take('transfer', never())];
    const stopping = new AbortController();
    const first = seats.take('transfer', stopping.signal);
    const second = seats.take('transfer', never());
    stopping.abort(new Error('stopped'));
    await expect(first).rejects.toThrow('stopped');
    taken[0]?.leave();
    expect((await second).drive).toBe(one);
    remove();
  });

  it('are not waited for endlessly while there is no process', async () => {
    const waiting = seats.take('call', never());
    const refused = expect(waiting).rejects.toMatchObject({ code: 'vault.unavailable' });
    await clock.advance(30_000);
    await refused;
  });

  it('are waited for as long as it takes while there is one', async () => {
    seats.fill(one);
    const taken = await Promise.all([seats.take('transfer', never()), seats.take('transfer', never())]);
    const waiting = seats.take('transfer', never());
    await clock.advance(3_600_000);
    taken[0].leave();
    expect((await waiting).drive).toBe(one);
  });

  it('are refused to all who wait at the end', async () => {
    const waiting = seats.take('call', never());
    const refused = expect(waiting).rejects.toMatchObject({ code: 'service.draining' });
    await Promise.resolve();
    seats.refuseAll(new Fault('service.draining'));
    await refused;
  });
});
