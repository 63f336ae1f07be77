import { Clock, Random } from '#application/ports/clock.js';

/** Time that moves only when told, or at once when somebody sleeps. */
export class TestClock extends Clock {
  private ms = Date.parse('2026-01-01T00:00:00Z');
  readonly slept: number[] = [];

  override now(): Date {
    return new Date(this.ms);
  }

  advance(ms: number): void {
    this.ms += ms;
  }

  /** Moves the time forward and yields to whatever else can run, so that a loop with sleeps ends quickly. */
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    await new Promise((resolve) => setImmediate(resolve));
    if (!signal?.aborted) this.ms += ms;
  }
}

/** A seeded generator: the same seed tells the same story. */
export class SeededRandom extends Random {
  constructor(private state = 1) {
    super();
  }

  override fraction(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.state / 2 ** 32;
  }

  override uuid(): string {
    const hex = Array.from({ length: 32 }, () => Math.floor(this.fraction() * 16).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}
