import type { MaybeMissingNode, NodeEntity } from '@protontech/drive-sdk';
import type { NodeFacts, NodeUid } from '../../drive.js';
import type { OwnAccount } from '../account/own-account.js';
import type { LastingClient } from '../clients.js';
import type { LinkListing } from './link-listing.js';

/** The key of our part of a file's encrypted attributes, named as Proton names its own. */
export const MARK_ATTRIBUTE = 'Ballast';

type DegradedNode = Extract<Extract<MaybeMissingNode, { ok: false }>['error'], { uid: string }>;
type Author = NodeEntity['keyAuthor'];
type Revision = NonNullable<NodeEntity['activeRevision']>;

/** Nodes with their attributes decrypted and their signatures checked, asked for anew each time. */
export class Descriptions {
  constructor(
    private readonly client: LastingClient,
    private readonly listing: LinkListing,
    private readonly account: OwnAccount,
  ) {}

  async describe(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly NodeFacts[]> {
    const found = new Map<NodeUid, NodeFacts>();
    try {
      await this.#load(nodes, found, signal);
    } catch (error) {
      // One draft among the nodes, which has nothing to describe, makes the SDK throw, often before it has yielded the
      // others (docs/proton-sdk.md#drafts-among-nodes). So what is left is asked for again without drafts.
      const left = await this.listing.links(nodes.filter((node) => !found.has(node)));
      if (signal.aborted || !left.some(({ state }) => state === 'draft')) throw error;
      const others = left.flatMap(({ node, state }) => (state === 'draft' ? [] : [node]));
      await this.#load(others, found, signal);
    }
    return nodes.flatMap((node) => found.get(node) ?? []);
  }

  async #load(nodes: readonly NodeUid[], found: Map<NodeUid, NodeFacts>, signal: AbortSignal): Promise<void> {
    await this.client.use(async (client) => {
      for await (const result of client.iterateNodes([...nodes], signal)) {
        const node = presentNode(result);
        if (node) found.set(node.uid, await this.#facts(node));
      }
    });
  }

  async #facts(node: NodeEntity | DegradedNode): Promise<NodeFacts> {
    const revision = revisionOf(node);
    const authors = [node.keyAuthor, node.nameAuthor, ...(revision ? [revision.contentAuthor] : [])];
    const own = await Promise.all(authors.map((author) => this.#isOwn(author)));
    return {
      node: node.uid,
      parent: node.parentUid ?? null,
      kind: node.type === ('folder' as NodeEntity['type']) ? 'folder' : 'file',
      name: nameOf(node) ?? '',
      trashed: node.trashTime !== undefined,
      ...(revision ? contentOf(revision) : NO_CONTENT),
      authentic: own.every(Boolean) && nameOf(node) !== null && !hasErrors(node),
    };
  }

  async #isOwn(author: Author): Promise<boolean> {
    return author.ok && author.value !== null && this.account.isOwn(author.value);
  }
}

type ContentFacts = Pick<NodeFacts, 'revision' | 'storedBytes' | 'claimedBytes' | 'claimedSha1' | 'mark'>;

const NO_CONTENT: ContentFacts = {
  ...{ revision: null, storedBytes: null, claimedBytes: null, claimedSha1: null, mark: null },
};

const contentOf = ({ uid, storageSize, claimedSize, claimedDigests, ...revision }: Revision): ContentFacts => {
  const attributes = revision.claimedAdditionalMetadata as Readonly<Record<string, unknown>> | undefined;
  return {
    revision: uid,
    storedBytes: storageSize,
    claimedBytes: claimedSize ?? null,
    claimedSha1: claimedDigests?.sha1 ?? null,
    mark: attributes?.[MARK_ATTRIBUTE] ?? null,
  };
};

const presentNode = (result: MaybeMissingNode): NodeEntity | DegradedNode | null => {
  if (result.ok) return result.value;
  return 'missingUid' in result.error ? null : result.error;
};

/** null when it could not be decrypted. */
const nameOf = ({ name }: NodeEntity | DegradedNode): string | null => {
  if (typeof name === 'string') return name;
  return name.ok ? name.value : null;
};

const revisionOf = ({ activeRevision }: NodeEntity | DegradedNode): Revision | null => {
  if (!activeRevision) return null;
  if (!('ok' in activeRevision)) return activeRevision;
  return activeRevision.ok ? activeRevision.value : null;
};

const hasErrors = (node: NodeEntity | DegradedNode): boolean =>
  ('errors' in node && (node.errors?.length ?? 0) > 0) ||
  (node.activeRevision !== undefined && 'ok' in node.activeRevision && !node.activeRevision.ok);
