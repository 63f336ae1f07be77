import { Fault } from '#domain/fault/fault.js';
import type { NodeUid, RevisionUid } from '../../drive.js';

/** Ids are base64url; checked, since they become parts of paths. */
const ID = /^[A-Za-z0-9_=-]{1,200}$/;

export interface NodeAddress {
  readonly volume: string;
  readonly link: string;
}

/** Takes `volumeId~linkId` apart; `vault.absent` for anything else: no such node can exist. */
export const addressOf = (node: NodeUid): NodeAddress => {
  const [volume = '', link = '', ...more] = node.split('~');
  if (!ID.test(volume) || !ID.test(link) || more.length > 0)
    throw new Fault('vault.absent', { reason: 'malformed-uid' });
  return { volume, link };
};

export const nodeUid = ({ volume, link }: NodeAddress): NodeUid => `${volume}~${link}`;

export const revisionUid = (node: NodeUid, revision: string): RevisionUid => `${node}~${revision}`;

export interface Batch {
  readonly volume: string;
  readonly links: readonly string[];
}

/** What one request may ask for: nodes of one volume, at most `most`. */
export const batches = (nodes: readonly NodeUid[], most: number): readonly Batch[] => {
  const byVolume = Map.groupBy(nodes.map(addressOf), ({ volume }) => volume);
  return [...byVolume].flatMap(([volume, addresses]) => {
    const links = [...new Set(addresses.map(({ link }) => link))];
    return Array.from({ length: Math.ceil(links.length / most) }, (_, page) => ({
      volume,
      links: links.slice(page * most, (page + 1) * most),
    }));
  });
};
