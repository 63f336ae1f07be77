import { pino } from 'pino';
import { MemoryDrive } from '#testing/memory/memory-drive.js';
import { StepClock } from '#testing/memory/step-clock.js';
import { SeededRandom } from '#testing/memory/test-clock.js';
import { KeptDrive, type RunningDrive } from './kept-drive.js';

const never = (): AbortSignal => new AbortController().signal;

describe('a Drive in a process that is kept running', () => {
  const keeping = (start: () => Promise<RunningDrive>, clock = new StepClock()) => {
    const deps = { start, clock, random: new SeededRandom(), logger: pino({ level: 'silent' }) };
    return new KeptDrive({ transfersMax: 1, patienceMs: 600_000 }, deps);
  };
  const member = (drive: MemoryDrive) => {
    const end = Promise.withResolvers<void>();
    return { drive, ended: end.promise, stop: () => Promise.resolve(end.resolve()) };
  };

  it('starts a process again with growing pauses of at most half a minute', async () => {
    const startedAt: number[] = [];
    const clock = new StepClock();
    const kept = keeping(() => {
      startedAt.push(clock.now().getTime());
      return Promise.reject(new Error('no memory'));
    }, clock);
    await clock.advance(300_000);
    const pauses = startedAt.slice(1).map((at, index) => at - (startedAt[index] ?? 0));
    expect(pauses[0]).toBeLessThanOrEqual(250);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(15_000);
    await kept.close();
  });

  it('lets a call wait until a process is there', async () => {
    const starting = Promise.withResolvers<RunningDrive>();
    const kept = keeping(() => starting.promise);
    const root = kept.root(never());
    expect(kept.isUp).toBe(false);
    const drive = new MemoryDrive();
    starting.resolve(member(drive));
    expect(await root).toBe(await drive.root(never()));
    expect(kept.isUp).toBe(true);
    await kept.close();
    await expect(kept.root(never())).rejects.toMatchObject({ code: 'service.draining' });
  });

  it('stops a process that has started only after it was closed', async () => {
    const starting = Promise.withResolvers<RunningDrive>();
    const kept = keeping(() => starting.promise);
    const closing = kept.close();
    starting.resolve(member(new MemoryDrive()));
    await closing;
  });
});
