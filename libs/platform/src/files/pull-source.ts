/** What a source of bytes threw: told apart from errors of the file that they are written to. */
export class SourceFailed extends Error {
  override readonly name = 'SourceFailed';

  constructor(override readonly cause: unknown) {
    super('the source failed', { cause });
  }
}

/** Reads an async iterable piece by piece, and stops waiting for one as soon as the signal fires, with the signal's reason. */
export class PullSource {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private giveUp: ((reason: unknown) => void) | null = null;
  private done = false;

  constructor(
    source: AsyncIterable<Uint8Array>,
    private readonly signal: AbortSignal,
  ) {
    this.iterator = source[Symbol.asyncIterator]();
    signal.addEventListener('abort', this.onAbort, { once: true });
  }

  /** The next piece that is not empty, null at the end. Faults of the source come as SourceFailed. */
  async next(): Promise<Uint8Array | null> {
    for (;;) {
      this.signal.throwIfAborted();
      const { done, value } = await this.pull();
      if (done === true) {
        this.done = true;
        return null;
      }
      if (value.length > 0) return value;
    }
  }

  /** Lets the source go. It is not waited for: one that hangs must not hold up the reader. */
  close(): void {
    this.signal.removeEventListener('abort', this.onAbort);
    if (!this.done) void Promise.resolve(this.iterator.return?.()).catch(() => undefined);
  }

  // One promise a piece: a race with one long-lived promise would keep every piece's reaction until the end.
  private pull(): Promise<IteratorResult<Uint8Array, unknown>> {
    return new Promise((resolve, reject) => {
      this.giveUp = reject;
      this.iterator.next().then(resolve, (error: unknown) => {
        this.done = true;
        reject(new SourceFailed(error));
      });
    });
  }

  private readonly onAbort = (): void => {
    this.giveUp?.(this.signal.reason);
  };
}

/** What `work` gives, or the signal's reason as soon as it fires: for a call that cannot be stopped and leaves nothing behind. */
export const unlessAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
