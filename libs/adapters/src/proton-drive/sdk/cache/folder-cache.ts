import type { EntityResult, NodeEntity, ProtonDriveEntitiesCache } from '@protontech/drive-sdk';
import { TaggedCache } from './tagged-cache.js';

/** All 65,536 leaves of the layout and their parents fit. */
export const FOLDERS_MAX = 70_000;

const NODE = 'node-';
const CHILDREN = 'node-children-';

/**
 * What the SDK may remember of nodes: folders, for they never change while Ballast uses them and each upload needs its
 * whole line of parents, and nothing of files or of what a folder contains. Another worker may have removed or added any
 * of these, and without events the SDK would go on telling what it once saw (docs/proton-sdk.md#stale-cache).
 */
export class FolderCache implements ProtonDriveEntitiesCache {
  readonly #folders = new TaggedCache<string>(FOLDERS_MAX);

  get size(): number {
    return this.#folders.size;
  }

  clear(): Promise<void> {
    return this.#folders.clear();
  }

  async setEntity(key: string, value: string, tags?: string[]): Promise<void> {
    if (key.startsWith(CHILDREN)) return;
    if (key.startsWith(NODE) && !isFolder(value)) return this.#folders.removeEntities([key]);
    return this.#folders.setEntity(key, value, tags);
  }

  getEntity(key: string): Promise<string> {
    return this.#folders.getEntity(key);
  }

  iterateEntities(keys: string[]): AsyncGenerator<EntityResult<string>> {
    return this.#folders.iterateEntities(keys);
  }

  iterateEntitiesByTag(tag: string): AsyncGenerator<EntityResult<string>> {
    return this.#folders.iterateEntitiesByTag(tag);
  }

  removeEntities(keys: string[]): Promise<void> {
    return this.#folders.removeEntities(keys);
  }

  /**
   * A folder that the SDK has just made. It keeps the keys of one, not the folder, and so asks the server for it before the
   * first upload into it: written here as it would write it then.
   */
  learn(folder: NodeEntity): Promise<void> {
    const { uid, parentUid, name } = folder;
    const [volume = ''] = uid.split('~', 1);
    const node = JSON.stringify({ ...folder, name: { ok: true, value: name }, isStale: false });
    return this.setEntity(`${NODE}${uid}`, node, [`volume:${volume}`, `nodeParentUid:${parentUid ?? ''}`]);
  }

  forget(nodes: readonly string[]): Promise<void> {
    return this.#folders.removeEntities(nodes.map((node) => `${NODE}${node}`));
  }
}

const isFolder = (value: string): boolean => {
  try {
    const node = JSON.parse(value) as { readonly type?: unknown; readonly trashTime?: unknown } | null;
    return node?.type === 'folder' && node.trashTime === undefined;
  } catch {
    return false;
  }
};
