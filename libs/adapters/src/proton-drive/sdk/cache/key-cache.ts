import type { EntityResult, ProtonDriveCryptoCache } from '@protontech/drive-sdk';
import { FOLDERS_MAX } from './folder-cache.js';
import { TaggedCache } from './tagged-cache.js';

type Keys = Awaited<ReturnType<ProtonDriveCryptoCache['getEntity']>>;

/** Files are asked for one after another, so that the keys of a few are enough to serve what one call does with them. */
export const FILES_MAX = 1_000;

/**
 * Unlocked keys, in the memory of this process only. Those of folders are kept as long as the folders are; those of files,
 * which a scrub meets by the hundred thousand, have a small cache of their own so that they push no folder out.
 */
export class KeyCache implements ProtonDriveCryptoCache {
  readonly #folders = new TaggedCache<Keys>(FOLDERS_MAX);
  readonly #files = new TaggedCache<Keys>(FILES_MAX);

  async clear(): Promise<void> {
    await this.#folders.clear();
    await this.#files.clear();
  }

  async setEntity(key: string, value: Keys, tags?: string[]): Promise<void> {
    await this.removeEntities([key]);
    await (value.nodeKeys?.contentKeyPacketSessionKey ? this.#files : this.#folders).setEntity(key, value, tags);
  }

  async getEntity(key: string): Promise<Keys> {
    return this.#folders.getEntity(key).catch(() => this.#files.getEntity(key));
  }

  async *iterateEntities(keys: string[]): AsyncGenerator<EntityResult<Keys>> {
    for (const key of keys) {
      yield await this.getEntity(key).then(
        (value) => ({ key, ok: true, value }) as const,
        () => ({ key, ok: false, error: 'Entity not found' }) as const,
      );
    }
  }

  async *iterateEntitiesByTag(tag: string): AsyncGenerator<EntityResult<Keys>> {
    yield* this.#folders.iterateEntitiesByTag(tag);
    yield* this.#files.iterateEntitiesByTag(tag);
  }

  async removeEntities(keys: string[]): Promise<void> {
    await this.#folders.removeEntities(keys);
    await this.#files.removeEntities(keys);
  }

  forget(nodes: readonly string[]): Promise<void> {
    return this.removeEntities(nodes.map((node) => `nodeKeys-${node}`));
  }
}
