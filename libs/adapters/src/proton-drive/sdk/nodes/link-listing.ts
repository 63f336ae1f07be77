import { z } from 'zod';
import type { LinkFacts, NodeUid } from '../../drive.js';
import type { ApiCalls } from '../http/api-calls.js';
import { addressOf, batches, nodeUid, revisionUid } from './uids.js';

/** The API's limit. */
const LINKS_PER_REQUEST = 100;
/** Larger than any folder can be: a listing that goes on for ever has to end some time. */
const PAGES_MAX = 10_000;

const STATES = { 0: 'draft', 1: 'active', 2: 'trashed' } as const;

const Links = z.object({
  Links: z.array(
    z.object({
      Link: z.object({ LinkID: z.string(), State: z.number() }),
      File: z
        .object({
          ActiveRevision: z.object({ RevisionID: z.string(), EncryptedSize: z.number() }).nullish(),
        })
        .nullish(),
    }),
  ),
});
type Link = z.infer<typeof Links>['Links'][number];

const Children = z.object({ LinkIDs: z.array(z.string()), More: z.boolean(), AnchorID: z.string().nullish() });

/** Nodes as the server lists them, without a key being touched: the cheapest look at the most of them. */
export class LinkListing {
  constructor(private readonly api: ApiCalls) {}

  async links(nodes: readonly NodeUid[]): Promise<readonly LinkFacts[]> {
    const found: LinkFacts[] = [];
    for (const { volume, links } of batches(nodes, LINKS_PER_REQUEST)) {
      const answer = await this.api.post(`drive/v2/volumes/${volume}/links`, { LinkIDs: links }, Links);
      found.push(...answer.Links.flatMap((link) => factsOf(volume, link)));
    }
    return found;
  }

  /** Uids page by page, drafts included where the server lists them. */
  async *children(folder: NodeUid): AsyncGenerator<readonly NodeUid[]> {
    const { volume, link } = addressOf(folder);
    let anchor = '';
    for (let page = 0; page < PAGES_MAX; page++) {
      const query = anchor === '' ? '' : `?AnchorID=${encodeURIComponent(anchor)}`;
      const answer = await this.api.get(`drive/v2/volumes/${volume}/folders/${link}/children${query}`, Children);
      yield answer.LinkIDs.map((child) => nodeUid({ volume, link: child }));
      if (!answer.More || !answer.AnchorID) return;
      anchor = answer.AnchorID;
    }
  }
}

const factsOf = (volume: string, { Link: link, File: file }: Link): readonly LinkFacts[] => {
  // Other states are those of nodes on their way to deletion.
  const state = STATES[link.State as keyof typeof STATES];
  if (state === undefined) return [];
  const node = nodeUid({ volume, link: link.LinkID });
  const revision = file?.ActiveRevision;
  return [
    {
      node,
      state,
      revision: revision ? revisionUid(node, revision.RevisionID) : null,
      storedBytes: revision?.EncryptedSize ?? null,
    },
  ];
};
