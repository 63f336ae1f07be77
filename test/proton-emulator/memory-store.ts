import { Store, type Chapter } from './store.js';

export class MemoryStore extends Store {
  private readonly blocks = new Map<string, Buffer>();

  override chapter<T>(): Chapter<T> {
    return { kept: null, changed: () => undefined };
  }

  override putBlock(id: string, bytes: Buffer): Promise<void> {
    this.blocks.set(id, bytes);
    return Promise.resolve();
  }

  override block(id: string): Promise<Buffer | null> {
    return Promise.resolve(this.blocks.get(id) ?? null);
  }

  override removeBlock(id: string): Promise<void> {
    this.blocks.delete(id);
    return Promise.resolve();
  }

  override flush(): Promise<void> {
    return Promise.resolve();
  }
}
