import type { EntityResult, ProtonDriveCache } from '@protontech/drive-sdk';
import { Lru } from './lru.js';

interface Entry<T> {
  readonly value: T;
  readonly tags: readonly string[];
}

/** The SDK's cache in memory, bounded, with an index from tag to keys: its own is neither, and searches all tags at each write. */
export class TaggedCache<T> implements ProtonDriveCache<T> {
  readonly #entries: Lru<Entry<T>>;
  readonly #keysOf = new Map<string, Set<string>>();

  constructor(entriesMax: number) {
    this.#entries = new Lru(entriesMax, (key, { tags }) => this.#untag(key, tags));
  }

  get size(): number {
    return this.#entries.size;
  }

  async clear(): Promise<void> {
    this.#entries.clear();
  }

  async setEntity(key: string, value: T, tags: readonly string[] = []): Promise<void> {
    this.#entries.set(key, { value, tags });
    for (const tag of tags) {
      const keys = this.#keysOf.get(tag);
      if (keys) keys.add(key);
      else this.#keysOf.set(tag, new Set([key]));
    }
  }

  async getEntity(key: string): Promise<T> {
    const entry = this.#entries.get(key);
    if (!entry) throw new Error('Entity not found');
    return entry.value;
  }

  async *iterateEntities(keys: readonly string[]): AsyncGenerator<EntityResult<T>> {
    for (const key of keys) {
      const entry = this.#entries.get(key);
      yield entry ? { key, ok: true, value: entry.value } : { key, ok: false, error: 'Entity not found' };
    }
  }

  async *iterateEntitiesByTag(tag: string): AsyncGenerator<EntityResult<T>> {
    yield* this.iterateEntities([...(this.#keysOf.get(tag) ?? [])]);
  }

  async removeEntities(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#entries.delete(key);
  }

  #untag(key: string, tags: readonly string[]): void {
    for (const tag of tags) {
      const keys = this.#keysOf.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.#keysOf.delete(tag);
    }
  }
}
