import { jest } from '@jest/globals';
import { pino } from 'pino';
import { MemoryDatabase } from '#testing/memory/memory-database.js';
import { MemoryLeases } from '#testing/memory/memory-leases.js';
import { StepClock } from '#testing/memory/step-clock.js';
import { LeasedWork } from '#application/leased-work/leased-work.js';
import { Fault } from '#domain/fault/fault.js';
import { readiness } from '#platform/health.js';
import { DutyLoop } from './duty.js';

const TTL_MS = 15_000;

describe('a duty', () => {
  const setUp = () => {
    const database = new MemoryDatabase();
    const clock = new StepClock();
    const stopping = new AbortController();
    const pass = jest.fn<(signal: AbortSignal) => Promise<void>>().mockResolvedValue(undefined);
    const begin = (leased = true) => {
      const duty = { name: 'sweep', leased, pass, rest: (signal: AbortSignal) => clock.sleep(1_000, signal) };
      const work = new LeasedWork(new MemoryLeases(database), clock, { ttlMs: TTL_MS, stopMs: 5_000 });
      const loop = new DutyLoop(duty, work, clock, pino({ level: 'silent' }));
      return { loop, running: loop.run(stopping.signal) };
    };
    const passTime = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 500) {
        database.clock.advance(500);
        await clock.advance(500);
      }
    };
    const end = async (...running: readonly Promise<void>[]) => {
      stopping.abort();
      await clock.advance(0);
      await Promise.all(running);
    };
    return { database, pass, begin, passTime, end };
  };

  it('is done again and again, under one lease, until it is stopped', async () => {
    const { database, pass, begin, passTime, end } = setUp();
    const { running } = begin();
    await passTime(60_000);
    expect(pass.mock.calls.length).toBeGreaterThan(50);
    expect(database.leases.get('duty-sweep')?.token).toBe(1);
    await end(running);
    expect(database.leases.has('duty-sweep')).toBe(false);
  });

  it('is done by one of several reconcilers', async () => {
    const { pass, begin, passTime, end } = setUp();
    const [one, other] = [begin(), begin()];
    await passTime(30_000);
    expect(pass.mock.calls.length).toBeLessThanOrEqual(31);
    expect((await readiness([one.loop.probe, other.loop.probe])).status).toBe('ready');
    await end(one.running, other.running);
  });

  it('is done by all of them when it needs no lease', async () => {
    const { pass, begin, passTime, end } = setUp();
    const [one, other] = [begin(false), begin(false)];
    await passTime(10_000);
    expect(pass.mock.calls.length).toBeGreaterThan(18);
    await end(one.running, other.running);
  });

  it('goes to another reconciler when the one that did it is gone', async () => {
    const { database, pass, begin, passTime, end } = setUp();
    database.leases.set('duty-sweep', { token: 7, expiresAt: database.clock.now().getTime() + TTL_MS });
    const { running } = begin();
    await passTime(10_000);
    expect(pass).not.toHaveBeenCalled();
    await passTime(10_000);
    expect(pass).toHaveBeenCalled();
    await end(running);
  });

  it('is tried again with growing pauses when it fails, shows as degraded meanwhile, and heals', async () => {
    const { pass, begin, passTime, end } = setUp();
    pass.mockRejectedValue(new Fault('database.unavailable'));
    const { loop, running } = begin();
    await passTime(60_000);
    expect(pass.mock.calls.length).toBeGreaterThan(12);
    expect(pass.mock.calls.length).toBeLessThan(20);
    expect(await readiness([loop.probe])).toEqual({
      status: 'degraded',
      checks: { 'duty-sweep': { ok: false, reason: 'database.unavailable' } },
    });
    pass.mockResolvedValue(undefined);
    await passTime(6_000);
    expect((await readiness([loop.probe])).status).toBe('ready');
    await end(running);
  });
});
