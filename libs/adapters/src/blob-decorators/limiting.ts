import type { BlobIdentity, BlobStore, Bytes } from '#application/ports/blob-store.js';
import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import { BlobStoreDecorator } from './blob-store-decorator.js';

/** Lets at most `transfers` puts and gets run at once; others wait their turn, in order, until their signal fires. */
export const limiting = (inner: BlobStore, transfers: number): BlobStore =>
  new LimitingStore(inner, new Turns(transfers));

class LimitingStore extends BlobStoreDecorator {
  constructor(
    inner: BlobStore,
    private readonly turns: Turns,
  ) {
    super(inner);
  }

  override async put(blob: BlobIdentity, source: Bytes, signal: AbortSignal): Promise<Receipt> {
    await this.turns.take(signal);
    try {
      return await super.put(blob, source, signal);
    } finally {
      this.turns.give();
    }
  }

  override async *get(blob: BlobIdentity, locator: Locator, signal: AbortSignal): Bytes {
    await this.turns.take(signal);
    try {
      yield* super.get(blob, locator, signal);
    } finally {
      this.turns.give();
    }
  }
}

class Turns {
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.waiting.delete(onTurn);
        reject(signal.reason as Error);
      };
      const onTurn = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.add(onTurn);
    });
  }

  give(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.free += 1;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
