import type { Bytes } from '#application/ports/blob-store.js';

/** Larger pieces would be held twice while the SDK cuts its blocks out of them. */
const PIECE_BYTES = 1024 * 1024;

/**
 * A source as the SDK reads it. The SDK never cancels a stream that it stops reading (it would wait for ever for a source
 * that stands still), so the end of the operation ends this one, and with it the source. What the source itself threw is
 * kept as it was.
 */
export class SourceStream {
  readonly stream: ReadableStream<Uint8Array>;
  #failure: { readonly error: unknown } | null = null;

  constructor(source: Bytes, signal: AbortSignal) {
    const pieces = this.#pieces(source, signal);
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const next = await pieces.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Set once the source has thrown. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure;
  }

  async *#pieces(source: Bytes, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const iterator = source[Symbol.asyncIterator]();
    // One that is refused anew for each read: a race with a promise that lives as long as the upload would keep every piece.
    let interrupt: (reason: unknown) => void = () => undefined;
    const stop = (): void => interrupt(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (;;) {
        signal.throwIfAborted();
        const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
          interrupt = reject;
          this.#noted(iterator.next()).then(resolve, reject);
        });
        if (next.done) return;
        for (let at = 0; at < next.value.byteLength; at += PIECE_BYTES) yield next.value.subarray(at, at + PIECE_BYTES);
      }
    } finally {
      signal.removeEventListener('abort', stop);
      // Not awaited: a source that stands still would not let go before it goes on.
      iterator.return?.().catch(() => undefined);
    }
  }

  async #noted<T>(next: Promise<T>): Promise<T> {
    try {
      return await next;
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}
