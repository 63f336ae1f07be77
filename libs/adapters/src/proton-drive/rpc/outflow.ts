import { framesOf, weightOf } from './flow.js';

export interface OutflowEnd {
  item(value: unknown): void;
  /** Told once, unless the reader wanted no more: `error` is undefined after the last item. */
  ended(error?: unknown): void;
}

/**
 * Sends what an iterable yields as far as the reader has given credit, so that neither the channel nor the reader holds more
 * than a window of it. Asks the iterable for nothing before the first credit: a call that needs no source leaves it untouched.
 */
export class Outflow {
  private credit = 0;
  private wake: (() => void) | null = null;
  private stopped = false;
  private iterator: AsyncIterator<unknown> | null = null;

  constructor(
    private readonly source: AsyncIterable<unknown>,
    private readonly end: OutflowEnd,
  ) {
    void this.run();
  }

  grant(weight: number): void {
    this.credit += weight;
    this.resume();
  }

  /** Lets the source go without waiting for it; nothing more is sent. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.resume();
    void Promise.resolve(this.iterator?.return?.()).catch(() => undefined);
  }

  private async run(): Promise<void> {
    try {
      await this.room();
      if (this.stopped) return;
      this.iterator = this.source[Symbol.asyncIterator]();
      while (await this.pass(this.iterator));
      this.finish();
    } catch (error) {
      this.finish(error);
    }
  }

  /** False at the end of the source. */
  private async pass(iterator: AsyncIterator<unknown>): Promise<boolean> {
    const next = (await iterator.next()) as IteratorResult<unknown, unknown>;
    if (next.done === true) return false;
    for (const part of framesOf(next.value)) {
      await this.room();
      if (this.stopped) return false;
      this.credit -= weightOf(part);
      this.end.item(part);
    }
    return !this.stopped;
  }

  private finish(error?: unknown): void {
    if (this.stopped) return;
    this.stopped = true;
    this.end.ended(error);
  }

  private async room(): Promise<void> {
    while (this.credit <= 0 && !this.stopped) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  private resume(): void {
    this.wake?.();
    this.wake = null;
  }
}
