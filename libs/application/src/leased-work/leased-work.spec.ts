import { jest } from '@jest/globals';
import { MemoryDatabase } from '#testing/memory/memory-database.js';
import { MemoryLeases } from '#testing/memory/memory-leases.js';
import { StepClock } from '#testing/memory/step-clock.js';
import { Fault } from '#domain/fault/fault.js';
import { LeasedWork } from './leased-work.js';

const SETTINGS = { ttlMs: 30_000, stopMs: 5_000 };
const TASK = { entity: 'object-x', deadlineMs: 600_000 };

describe('leased work', () => {
  const never = () => new AbortController().signal;
  const setUp = () => {
    const database = new MemoryDatabase();
    const clock = new StepClock();
    const leases = new MemoryLeases(database);
    /** Moves the worker's clock and the database's alike. */
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        database.clock.advance(1_000);
        await clock.advance(1_000);
      }
    };
    return { database, clock, leases, pass, leased: new LeasedWork(leases, clock, SETTINGS) };
  };
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });

  it('returns what the work returns and gives the lease up', async () => {
    const { leased, leases } = setUp();
    await expect(leased.run(TASK, never(), async ({ entity }) => entity)).resolves.toBe('object-x');
    await expect(leases.acquire('object-x', 1_000)).resolves.toMatchObject({ entity: 'object-x' });
  });

  it('gives the lease up when the work fails, and throws its error', async () => {
    const { leased, leases } = setUp();
    const failing = leased.run(TASK, never(), () => Promise.reject(new Fault('vault.unavailable')));
    await expect(failing).rejects.toMatchObject({ code: 'vault.unavailable' });
    await expect(leases.acquire('object-x', 1_000)).resolves.toBeDefined();
  });

  it('does not begin while another holder is at it', async () => {
    const { leased, leases } = setUp();
    await leases.acquire('object-x', 30_000);
    const work = jest.fn(async () => 1);
    await expect(leased.run(TASK, never(), work)).rejects.toMatchObject({ code: 'lease.held' });
    expect(work).not.toHaveBeenCalled();
  });

  it('keeps the lease for as long as the work takes', async () => {
    const { leased, leases, pass } = setUp();
    const done = Promise.withResolvers<string>();
    const running = leased.run(TASK, never(), () => done.promise);
    await pass(300_000);
    await expect(leases.acquire('object-x', 1_000)).rejects.toMatchObject({ code: 'lease.held' });
    done.resolve('late');
    await expect(running).resolves.toBe('late');
  });

  it('aborts the work when a newer holder has the lease', async () => {
    const { leased, database, pass } = setUp();
    const running = leased.run(TASK, never(), (_, held) => untilAborted(held));
    const outcome = expect(running).rejects.toMatchObject({ code: 'lease.lost' });
    await pass(1_000);
    database.leases.set('object-x', { token: 99, expiresAt: Number.MAX_SAFE_INTEGER });
    await pass(11_000);
    await outcome;
    expect(database.leases.get('object-x')).toEqual({ token: 99, expiresAt: Number.MAX_SAFE_INTEGER });
  });

  it('bears a database that is away for a moment, and stops when it is away for longer than the lease', async () => {
    const { leased, leases, pass } = setUp();
    const renew = jest.spyOn(leases, 'renew').mockRejectedValueOnce(new Fault('database.unavailable'));
    const aborted = jest.fn();
    const running = leased.run(TASK, never(), (_, held) => {
      held.addEventListener('abort', aborted);
      return untilAborted(held);
    });
    const outcome = expect(running).rejects.toMatchObject({ code: 'lease.lost' });
    await pass(25_000);
    expect(aborted).not.toHaveBeenCalled();
    renew.mockRejectedValue(new Fault('database.unavailable'));
    await pass(30_000);
    await outcome;
    expect(aborted).toHaveBeenCalledTimes(1);
  });

  it('aborts the work at its deadline', async () => {
    const { leased, pass } = setUp();
    const running = leased.run({ ...TASK, deadlineMs: 60_000 }, never(), (_, held) => untilAborted(held));
    const outcome = expect(running).rejects.toMatchObject({ code: 'attempt.deadline' });
    await pass(61_000);
    await outcome;
  });

  it('ends without work that does not stop when aborted, so that its slot is free again', async () => {
    const { leased, pass } = setUp();
    const stuck = new Promise<never>(() => undefined);
    const running = leased.run({ ...TASK, deadlineMs: 60_000 }, never(), () => stuck);
    const outcome = expect(running).rejects.toMatchObject({ code: 'attempt.deadline' });
    await pass(66_000);
    await outcome;
  });

  it('stops when its caller does', async () => {
    const { leased, leases, pass } = setUp();
    const caller = new AbortController();
    const running = leased.run(TASK, caller.signal, (_, held) => untilAborted(held));
    await pass(1_000);
    caller.abort(new Fault('service.draining'));
    await expect(running).rejects.toMatchObject({ code: 'service.draining' });
    await expect(leases.acquire('object-x', 1_000)).resolves.toBeDefined();
  });
});
