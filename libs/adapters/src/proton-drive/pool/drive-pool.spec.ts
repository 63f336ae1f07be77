import { pino } from 'pino';
import { MemoryDrive } from '#testing/memory/memory-drive.js';
import { StepClock } from '#testing/memory/step-clock.js';
import { SeededRandom } from '#testing/memory/test-clock.js';
import { DrivePool, type PoolMember } from './drive-pool.js';

const never = (): AbortSignal => new AbortController().signal;

describe('the pool of processes of the SDK', () => {
  const pooled = (start: () => Promise<PoolMember>, clock = new StepClock()) => {
    const deps = { start, clock, random: new SeededRandom(), logger: pino({ level: 'silent' }) };
    return { pool: new DrivePool({ processes: 1, transfersMax: 1, patienceMs: 600_000 }, deps) };
  };
  const member = (drive: MemoryDrive) => {
    const end = Promise.withResolvers<void>();
    return { drive, ended: end.promise, stop: () => Promise.resolve(end.resolve()) };
  };

  it('starts a process again with growing pauses of at most half a minute', async () => {
    const startedAt: number[] = [];
    const clock = new StepClock();
    const { pool } = pooled(() => {
      startedAt.push(clock.now().getTime());
      return Promise.reject(new Error('no memory'));
    }, clock);
    await clock.advance(300_000);
    const pauses = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));
    expect(pauses[0]).toBeLessThanOrEqual(250);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(15_000);
    await pool.close();
  });

  it('lets a call wait until a process is there', async () => {
    const starting = Promise.withResolvers<PoolMember>();
    const { pool } = pooled(() => starting.promise);
    const root = pool.root(never());
    const drive = new MemoryDrive();
    starting.resolve(member(drive));
    expect(await root).toBe(await drive.root(never()));
    await pool.close();
    await expect(pool.root(never())).rejects.toMatchObject({ code: 'service.draining' });
  });

  it('stops a process that has started only after it was closed', async () => {
    const starting = Promise.withResolvers<PoolMember>();
    const { pool } = pooled(() => starting.promise);
    const closing = pool.close();
    starting.resolve(member(new MemoryDrive()));
    await closing;
  });
});
