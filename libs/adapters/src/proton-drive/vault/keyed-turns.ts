import { unlessAborted } from '#platform/files/pull-source.js';

/** Lets work of one key run one at a time, in order; other keys do not wait. */
export class KeyedTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key) ?? Promise.resolve();
    const mine = before.then(() => {
      signal.throwIfAborted();
      return work();
    });
    const settled = mine.catch(() => undefined);
    this.last.set(key, settled);
    try {
      // Whoever gives up while he waits is not held up; his work finds its signal fired when its turn comes.
      await unlessAborted(before, signal);
      return await mine;
    } finally {
      if (this.last.get(key) === settled) this.last.delete(key);
    }
  }
}
