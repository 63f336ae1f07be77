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
    const ended = new Promise<never>((_, reject) => {
      const stop = (): void => reject(signal.reason as Error);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
    ended.catch(() => undefined);
    try {
      for (;;) {
        const next = await Promise.race([this.#noted(iterator.next()), ended]);
        if (next.done) return;
        for (let at = 0; at < next.value.byteLength; at += PIECE_BYTES) yield next.value.subarray(at, at + PIECE_BYTES);
      }
    } finally {
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
