import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { Fault } from '#domain/fault/fault.js';
import type { NodeUid } from '../../drive.js';
import type { ApiCalls } from '../http/api-calls.js';
import { ApiRefusal } from '../http/api-refusal.js';
import type { LinkListing } from './link-listing.js';
import { batches, nodeUid } from './uids.js';

const NODES_PER_REQUEST = 100;
const OK_CODES: ReadonlySet<number> = new Set([1000, 1001, 1002]);
/** No such node: whoever wanted it gone has what it wants. */
const GONE = 2501;
/** Not in the state that the action needs: not in the trash, or a draft. */
const OTHER_STATE = 2511;

/** The server may put nodes into the trash some time after it said that it would. */
const TRASHED_WITHIN_MS = 10_000;
const FIRST_PAUSE_MS = 100;

/** Without a list when it is all accepted and done later (1002). */
const Responses = z.object({
  Responses: z.array(z.object({ LinkID: z.string(), Response: z.object({ Code: z.number() }) })).default([]),
});

type Outcomes = ReadonlyMap<NodeUid, number>;

/**
 * Into the trash, out of it, and away. Asked of the API itself: the SDK's results tell of a node that failed only in
 * translated prose, and whether it was gone, or not in the trash, decides here.
 */
export class Lifecycle {
  constructor(
    private readonly api: ApiCalls,
    private readonly listing: LinkListing,
    private readonly forget: (nodes: readonly NodeUid[]) => Promise<void>,
  ) {}

  async trash(nodes: readonly NodeUid[]): Promise<void> {
    await this.forget(nodes);
    const outcomes = await this.#each(nodes, (volume, links) =>
      this.api.post(`drive/v2/volumes/${volume}/trash_multiple`, { LinkIDs: links }, Responses),
    );
    refuse(await this.#unless('trashed', outcomes));
  }

  async restore(nodes: readonly NodeUid[]): Promise<void> {
    const outcomes = await this.#each(nodes, (volume, links) =>
      this.api.put(`drive/v2/volumes/${volume}/trash/restore_multiple`, { LinkIDs: links }, Responses),
    );
    if ([...outcomes.values()].includes(GONE)) throw new Fault('vault.absent');
    refuse(await this.#unless('active', outcomes));
  }

  /** Never by emptying the trash, which is the whole account's. */
  async remove(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    await this.forget(nodes);
    const elsewhere = await this.#deleteFromTrash(nodes);
    if (elsewhere.length === 0) return;
    const drafts = new Set(
      (await this.listing.links(elsewhere)).flatMap(({ node, state }) => (state === 'draft' ? [node] : [])),
    );
    const outcomes = await this.#each([...drafts], (volume, links) =>
      this.api.post(`drive/v2/volumes/${volume}/delete_multiple`, { LinkIDs: links }, Responses),
    );
    refuse(without(outcomes, GONE));
    const active = elsewhere.filter((node) => !drafts.has(node));
    if (active.length === 0) return;
    await this.trash(active);
    await this.#deleteOnceTrashed(active, signal);
  }

  async #deleteOnceTrashed(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + TRASHED_WITHIN_MS;
    let left = await this.#deleteFromTrash(nodes);
    for (let pauseMs = FIRST_PAUSE_MS; left.length > 0; pauseMs *= 2) {
      if (performance.now() + pauseMs > deadline) throw new Fault('vault.unavailable', { reason: 'not-yet-in-trash' });
      await pause(pauseMs, undefined, { signal });
      left = await this.#deleteFromTrash(left);
    }
  }

  /** Those that are not in the trash. */
  async #deleteFromTrash(nodes: readonly NodeUid[]): Promise<readonly NodeUid[]> {
    const outcomes = await this.#each(nodes, (volume, links) =>
      this.api.post(`drive/v2/volumes/${volume}/trash/delete_multiple`, { LinkIDs: links }, Responses),
    );
    refuse(without(outcomes, GONE, OTHER_STATE));
    return [...outcomes].flatMap(([node, code]) => (code === OTHER_STATE ? [node] : []));
  }

  async #each(
    nodes: readonly NodeUid[],
    request: (volume: string, links: readonly string[]) => Promise<z.infer<typeof Responses>>,
  ): Promise<Outcomes> {
    const outcomes = new Map<NodeUid, number>();
    for (const { volume, links } of batches(nodes, NODES_PER_REQUEST)) {
      for (const { LinkID: link, Response: response } of (await request(volume, links)).Responses) {
        outcomes.set(nodeUid({ volume, link }), response.Code);
      }
    }
    return outcomes;
  }

  /** What failed, less what is gone and what already was as it should be. */
  async #unless(state: 'active' | 'trashed', outcomes: Outcomes): Promise<Outcomes> {
    const failed = without(outcomes, GONE);
    const inOtherState = [...failed].flatMap(([node, code]) => (code === OTHER_STATE ? [node] : []));
    const links = inOtherState.length === 0 ? [] : await this.listing.links(inOtherState);
    const asWanted = new Set(links.filter((link) => link.state === state).map(({ node }) => node));
    return new Map([...failed].filter(([node]) => !asWanted.has(node)));
  }
}

const without = (outcomes: Outcomes, ...codes: readonly number[]): Outcomes =>
  new Map([...outcomes].filter(([, code]) => !OK_CODES.has(code) && !codes.includes(code)));

const refuse = (failed: Outcomes): void => {
  for (const code of failed.values()) throw new ApiRefusal(0, code);
};
