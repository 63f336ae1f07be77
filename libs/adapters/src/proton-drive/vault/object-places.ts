import type { BlobEntry } from '#application/ports/blob-store.js';
import type { Oid } from '#domain/oid.js';
import type { Drive, NodeFacts, NodeUid } from '../drive.js';
import { entryOf } from './object-node.js';
import { isGone, type VaultFolders } from './vault-folders.js';
import { folderPath, OBJECTS_PATH, placeOf } from './vault-path.js';

/** Finds objects by where they have to be. */
export class ObjectPlaces {
  constructor(
    private readonly drive: Drive,
    private readonly folders: VaultFolders,
  ) {}

  /** Every node of this oid that is ours: at most one, unless the tree was changed by hand. */
  async entries(oid: Oid, signal: AbortSignal): Promise<readonly BlobEntry[]> {
    const nodes: NodeUid[] = [];
    for (let overflow = 0; ; overflow += 1) {
      const path = folderPath({ oid, overflow });
      const folder = await this.folders.existing(path, signal);
      if (folder === null) break;
      const found = await this.findIn(path, oid, signal);
      if (found !== null) nodes.push(found);
    }
    const facts = nodes.length === 0 ? [] : await this.drive.describe(nodes, signal);
    return facts.flatMap((one) => entryOf(one, oid) ?? []);
  }

  /** The node of that name in a folder that we know; null when the folder is gone. */
  async findIn(path: string, name: string, signal: AbortSignal): Promise<NodeUid | null> {
    for (;;) {
      const folder = await this.folders.existing(path, signal);
      if (folder === null) return null;
      try {
        return await this.drive.find(folder, name, signal);
      } catch (error) {
        if (!isGone(error) || !(await this.folders.isStale(path, signal))) throw error;
      }
    }
  }

  /** Every object of the tree. What is not ours is passed over. */
  async *all(signal: AbortSignal): AsyncGenerator<BlobEntry> {
    const top = await this.folders.existing(OBJECTS_PATH, signal);
    if (top === null) return;
    for await (const first of this.drive.children(top, signal)) {
      if (first.kind !== 'folder') continue;
      for await (const leaf of this.drive.children(first.node, signal))
        if (leaf.kind === 'folder') yield* this.inLeaf(first.name, leaf, signal);
    }
  }

  private async *inLeaf(first: string, leaf: NodeFacts, signal: AbortSignal): AsyncGenerator<BlobEntry> {
    for await (const facts of this.drive.children(leaf.node, signal)) {
      const place = placeOf(first, leaf.name, facts.name);
      const entry = place === null ? null : entryOf(facts, place.oid);
      if (entry !== null) yield entry;
    }
  }
}
