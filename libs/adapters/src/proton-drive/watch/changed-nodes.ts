import type { PlacedNode, PlacedNodes } from '#application/ports/placed-nodes.js';
import { isFault } from '#domain/fault/fault.js';
import { isOid } from '#domain/oid.js';
import type { Drive, NodeChange, NodeFacts, NodeUid } from '../drive.js';
import { entryOf, nodeOf } from '../vault/object-node.js';
import { isFolderName } from '../vault/vault-path.js';
import type { PlacementRepair } from './placement-repair.js';

/** What a round found: whether a folder of ours is gone, with all that was in it and without a word about that. */
export interface Found {
  readonly folderGone: boolean;
}

/** Tells whose a changed node is: an object of ours, a folder of ours, something foreign in our folders, or none of our business. */
export class ChangedNodes {
  constructor(
    private readonly drive: Drive,
    private readonly placed: PlacedNodes,
    private readonly repair: PlacementRepair,
  ) {}

  async handle(changes: readonly NodeChange[], signal: AbortSignal): Promise<Found> {
    if (changes.length === 0) return { folderGone: false };
    // What happened last to a node says how it is now.
    const last = new Map(changes.map((change) => [change.node, change]));
    const nodes = [...last.keys()];
    const [placements, folders] = [
      await this.placed.at(nodes),
      await this.placed.folders([...nodes, ...parentsOf(last)]),
    ];
    const folderGone = await this.handleFolders([...last.values()], folders, signal);
    await this.repair.repair(placements, signal);
    for (const one of placements) await this.tellIfMoved(one, { last, folders, signal });
    const ours = new Set(placements.flatMap(({ locator }) => nodeOf(locator) ?? []));
    const unknown = [...last.values()].filter(
      ({ node, parent, kind }) =>
        kind !== 'deleted' && !ours.has(node) && !folders.has(node) && parent !== null && folders.has(parent),
    );
    await this.tellForeign(unknown, signal);
    return { folderGone };
  }

  private async handleFolders(
    changes: readonly NodeChange[],
    folders: ReadonlySet<NodeUid>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const own = changes.filter(({ node }) => folders.has(node));
    const trashed = own.filter(({ kind }) => kind === 'trashed').map(({ node }) => node);
    const active = await this.drive.links(trashed, signal);
    const inTrash = active.filter(({ state }) => state === 'trashed').map(({ node }) => node);
    if (inTrash.length > 0) {
      await this.drive.restore(inTrash, signal);
      inTrash.forEach(() => this.repair.tell('restored', null, 'folder'));
    }
    for (const { kind } of own) if (kind === 'moved') this.repair.tell('moved', null, 'folder');
    return active.length < trashed.length || own.some(({ kind }) => kind === 'deleted');
  }

  /** Nothing is lost by it: objects are found by their node. But somebody should know. */
  private async tellIfMoved(
    { blob: { oid }, locator }: PlacedNode,
    { last, folders, signal }: Surroundings,
  ): Promise<void> {
    const node = nodeOf(locator);
    if (node === null || last.get(node)?.kind !== 'moved') return;
    const facts = await this.describe(node, signal);
    if (facts === 'undecryptable') return this.repair.tell('damaged', oid, facts);
    if (facts === null || facts.trashed) return;
    if (facts.name !== oid || facts.parent === null || !folders.has(facts.parent)) this.repair.tell('moved', oid);
  }

  /** An upload under way and a folder that was made just now are ours, although nobody has recorded them yet. */
  private async tellForeign(unknown: readonly NodeChange[], signal: AbortSignal): Promise<void> {
    for (const { node } of unknown) {
      const facts = await this.describe(node, signal);
      if (facts === null) continue;
      if (facts === 'undecryptable' || !isOurs(facts)) this.repair.tell('foreign', null);
    }
  }

  private async describe(node: NodeUid, signal: AbortSignal): Promise<NodeFacts | 'undecryptable' | null> {
    try {
      const [facts] = await this.drive.describe([node], signal);
      return facts ?? null;
    } catch (error) {
      // Whatever somebody has put there must not keep us from seeing what else has happened.
      if (isFault(error) && OF_ONE_NODE.has(error.code)) return 'undecryptable';
      throw error;
    }
  }
}

const OF_ONE_NODE: ReadonlySet<string> = new Set([
  'vault.undecryptable',
  'vault.corrupt',
  'vault.structure',
  'vault.unexpected',
]);

interface Surroundings {
  readonly last: ReadonlyMap<NodeUid, NodeChange>;
  readonly folders: ReadonlySet<NodeUid>;
  readonly signal: AbortSignal;
}

const parentsOf = (last: ReadonlyMap<NodeUid, NodeChange>): readonly NodeUid[] =>
  [...last.values()].flatMap(({ parent }) => parent ?? []);

const isOurs = (facts: NodeFacts): boolean => {
  if (facts.trashed) return true;
  if (facts.kind === 'folder') return isFolderName(facts.name);
  return isOid(facts.name) && entryOf(facts, facts.name) !== null;
};
