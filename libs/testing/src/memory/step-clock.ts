import { Clock } from '#application/ports/clock.js';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that moves only when told; sleepers wake in order. A process whose clock is never moved is one that was stopped. */
export class StepClock extends Clock {
  private sleepers: Sleeper[] = [];

  constructor(private ms = Date.parse('2026-01-01T00:00:00Z')) {
    super();
  }

  override now(): Date {
    return new Date(this.ms);
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      this.sleepers.push({ until: this.ms + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Moves on by `ms`, waking each sleeper at its time and letting what it does come to rest. */
  async advance(ms: number): Promise<void> {
    const end = this.ms + ms;
    await rest();
    for (;;) {
      const next = this.sleepers.filter(({ until }) => until <= end).sort((a, b) => a.until - b.until)[0];
      if (!next) break;
      this.sleepers = this.sleepers.filter((sleeper) => sleeper !== next);
      this.ms = next.until;
      next.wake();
      await rest();
    }
    this.ms = end;
  }
}

const rest = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
