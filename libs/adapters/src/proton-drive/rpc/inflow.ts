import { weightOf, WINDOW } from './flow.js';

export interface InflowStart {
  credit(weight: number): void;
  stop(): void;
}

/** The reading end of a stream. Gives credit from its first `next` on, and again for what has been consumed. May be read once. */
export class Inflow implements AsyncIterableIterator<unknown> {
  private readonly queue: unknown[] = [];
  private readonly waiting: PromiseWithResolvers<IteratorResult<unknown, undefined>>[] = [];
  private started = false;
  private consumed = 0;
  private closed: { readonly error: unknown } | null = null;
  private failure: { readonly error: unknown } | null = null;

  constructor(private readonly start: InflowStart) {}

  push(value: unknown): void {
    if (this.closed !== null) return;
    const reader = this.waiting.shift();
    if (reader === undefined) {
      this.queue.push(value);
      return;
    }
    this.consume(value);
    reader.resolve({ done: false, value });
  }

  /** No more will come. An error is told after what came before it. */
  end(error?: unknown): void {
    if (this.closed !== null) return;
    this.closed = { error };
    if (error !== undefined) this.failure = { error };
    for (const reader of this.waiting.splice(0)) this.settle(reader);
  }

  /** Ends the stream at once with what is queued lost, and tells the sender to stop. */
  abandon(error?: unknown): void {
    if (this.closed === null) this.start.stop();
    this.queue.length = 0;
    this.end(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    this.open();
    const reader = Promise.withResolvers<IteratorResult<unknown, undefined>>();
    if (this.queue.length > 0) {
      const value = this.queue.shift();
      this.consume(value);
      reader.resolve({ done: false, value });
    } else if (this.closed !== null) this.settle(reader);
    else this.waiting.push(reader);
    return reader.promise;
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    this.abandon();
    return Promise.resolve({ done: true, value: undefined });
  }

  private open(): void {
    if (this.started) return;
    this.started = true;
    if (this.closed === null) this.start.credit(WINDOW);
  }

  private consume(value: unknown): void {
    this.consumed += weightOf(value);
    if (this.consumed < WINDOW / 4 || this.closed !== null) return;
    this.start.credit(this.consumed);
    this.consumed = 0;
  }

  /** The error is thrown once; whoever asks again is told that it is over, as of any generator. */
  private settle(reader: PromiseWithResolvers<IteratorResult<unknown, undefined>>): void {
    const { failure } = this;
    this.failure = null;
    if (failure === null) reader.resolve({ done: true, value: undefined });
    else reader.reject(failure.error);
  }
}
