import { z } from 'zod';
import type { BlobEntry, BlobIdentity } from '#application/ports/blob-store.js';
import { Fault } from '#domain/fault/fault.js';
import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import { isOid, parseSha1, type Oid } from '#domain/oid.js';
import type { BallastMark, NodeFacts } from '../drive.js';

const Mark = z.object({ v: z.literal(1), oid: z.string(), size: z.number().int().nonnegative() });

export const markOf = ({ oid, sizeBytes }: Pick<BlobIdentity, 'oid' | 'sizeBytes'>): BallastMark => ({
  v: 1,
  oid,
  size: sizeBytes,
});

/** Why a node is not the object, in closed words. */
export type Difference = 'kind' | 'trashed' | 'signature' | 'mark' | 'oid' | 'size' | 'sha1';

/** Holds a node against an object, by all that its encrypted attributes say: null when they agree. */
export const differenceOf = (facts: NodeFacts, { oid, sizeBytes, sha1 }: BlobIdentity): Difference | null => {
  const own = ownDifference(facts, oid);
  if (own !== null) return own;
  if (facts.claimedBytes !== sizeBytes || Mark.parse(facts.mark).size !== sizeBytes) return 'size';
  return sha1 !== null && facts.claimedSha1 !== sha1 ? 'sha1' : null;
};

/** The node as an object of this oid: null when it is not one. */
export const entryOf = (facts: NodeFacts, oid: Oid): BlobEntry | null =>
  ownDifference(facts, oid) === null ? { oid, locator: locatorOf(facts), storedBytes: facts.storedBytes ?? 0 } : null;

const ownDifference = (facts: NodeFacts, oid: Oid): Difference | null => {
  if (facts.kind !== 'file') return 'kind';
  if (facts.trashed) return 'trashed';
  if (!facts.authentic) return 'signature';
  const mark = Mark.safeParse(facts.mark);
  if (!mark.success) return 'mark';
  return mark.data.oid === oid && isOid(mark.data.oid) ? null : 'oid';
};

export const receiptOf = (vault: string, facts: NodeFacts, { sizeBytes }: BlobIdentity): Receipt => ({
  vault,
  locator: locatorOf(facts),
  sizeBytes,
  storedBytes: facts.storedBytes ?? sizeBytes,
  sha1: facts.claimedSha1 === null ? null : parseSha1(facts.claimedSha1),
  verified: 'metadata',
});

const locatorOf = ({ node, revision }: NodeFacts): Locator => ({
  node,
  ...(revision === null ? {} : { revision }),
  volume: volumeOf(node),
});

/** A node's uid begins with the id of its volume. */
export const volumeOf = (node: string): string => node.split('~', 1)[0] ?? '';

/** The node that a placement names. `vault.absent` when it is one of another kind of vault. */
export const nodeOf = (locator: Locator): string | null => {
  const node = locator['node'];
  return typeof node === 'string' ? node : null;
};

export const corrupt = (oid: Oid, reason: Difference | 'revision' | 'parent' | 'length'): Fault =>
  new Fault('vault.corrupt', { oid, reason });
