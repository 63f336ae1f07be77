import { createHash } from 'node:crypto';
import type { Random } from '#application/ports/clock.js';
import {
  VaultVerification,
  type PlacedBlob,
  type Verdict,
  type VerificationLevel,
} from '#application/ports/vault-verification.js';
import { isFault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import type { Drive, LinkFacts, NodeFacts, NodeUid } from '../drive.js';
import { differenceOf, nodeOf } from './object-node.js';

/** Of L0: one request names a hundred, and so much is held at once. */
const LISTED_AT_ONCE = 1_000;
/** Of L1: each costs a decryption, so the first verdicts come soon. */
const DESCRIBED_AT_ONCE = 50;
/** No more than a block is decrypted for it. */
const SAMPLE_BYTES = 64 * 1024;

/** What an error says about the one copy that was read; others are the vault's. */
const OF_ONE_COPY: Readonly<Partial<Record<FaultCode, string>>> = {
  'vault.corrupt': 'content',
  'vault.undecryptable': 'undecryptable',
};

interface Placed extends PlacedBlob {
  readonly node: NodeUid;
}

/** The ladder L0 to L3 over nodes of Proton Drive. */
export class ProtonDriveVerification extends VaultVerification {
  constructor(
    private readonly drive: Drive,
    private readonly random: Random,
  ) {
    super();
  }

  override async *verify(
    level: VerificationLevel,
    placed: readonly PlacedBlob[],
    signal: AbortSignal,
  ): AsyncGenerator<Verdict> {
    const nodes: Placed[] = [];
    for (const one of placed) {
      const node = nodeOf(one.locator);
      if (node === null) yield { blob: one.blob, state: 'missing' };
      else nodes.push({ ...one, node });
    }
    const many = level === 'listed' ? LISTED_AT_ONCE : DESCRIBED_AT_ONCE;
    for (let at = 0; at < nodes.length; at += many) {
      signal.throwIfAborted();
      yield* this.some(level, nodes.slice(at, at + many), signal);
    }
  }

  private async *some(
    level: VerificationLevel,
    placed: readonly Placed[],
    signal: AbortSignal,
  ): AsyncGenerator<Verdict> {
    const uids = placed.map(({ node }) => node);
    if (level === 'listed') {
      const links = new Map((await this.drive.links(uids, signal)).map((link) => [link.node, link]));
      for (const one of placed) yield listed(one, links.get(one.node));
      return;
    }
    const nodes = await this.described(placed, signal);
    for (const one of placed) yield await this.closely(level, one, { facts: nodes.get(one.node), signal });
  }

  /** One node that cannot be decrypted fails the call for all: then they are asked one by one. */
  private async described(
    placed: readonly Placed[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<NodeUid, NodeFacts | 'undecryptable'>> {
    const found = new Map<NodeUid, NodeFacts | 'undecryptable'>();
    const ask = async (uids: readonly NodeUid[]): Promise<void> => {
      for (const facts of await this.drive.describe(uids, signal)) found.set(facts.node, facts);
    };
    const alone = async (node: NodeUid): Promise<void> =>
      ask([node]).catch((error: unknown) => {
        if (!isFault(error, 'vault.undecryptable')) throw error;
        found.set(node, 'undecryptable');
      });
    try {
      await ask(placed.map(({ node }) => node));
    } catch (error) {
      if (!isFault(error, 'vault.undecryptable')) throw error;
      for (const { node } of placed) await alone(node);
    }
    return found;
  }

  private async closely(
    level: VerificationLevel,
    placed: Placed,
    { facts, signal }: { readonly facts: NodeFacts | 'undecryptable' | undefined; readonly signal: AbortSignal },
  ): Promise<Verdict> {
    const { blob } = placed;
    if (facts === undefined) return { blob, state: 'missing' };
    if (facts === 'undecryptable') return { blob, state: 'damaged', reason: facts };
    if (facts.trashed) return { blob, state: 'trashed' };
    const reason = stateDifference(placed, facts) ?? differenceOf(facts, blob);
    if (reason !== null) return { blob, state: 'damaged', reason };
    return this.read(level, placed, signal);
  }

  private async read(level: VerificationLevel, placed: Placed, signal: AbortSignal): Promise<Verdict> {
    const { blob } = placed;
    try {
      const isRight = level === 'metadata' || (await (level === 'full' ? this.whole : this.part)(placed, signal));
      return isRight ? { blob, state: 'intact', level } : { blob, state: 'damaged', reason: 'content' };
    } catch (error) {
      if (!isFault(error)) throw error;
      if (error.code === 'vault.absent') return { blob, state: 'missing' };
      const reason = OF_ONE_COPY[error.code];
      if (reason === undefined) throw error;
      return { blob, state: 'damaged', reason };
    }
  }

  /** That it decrypts says that nobody without the key has changed it. */
  private readonly part = async ({ node, blob }: Placed, signal: AbortSignal): Promise<boolean> => {
    if (blob.sizeBytes === 0) return true;
    const start = Math.floor(this.random.fraction() * blob.sizeBytes);
    const end = Math.min(blob.sizeBytes, start + SAMPLE_BYTES);
    const bytes = await this.drive.sample(node, { start, end }, signal);
    return bytes.length === end - start;
  };

  private readonly whole = async ({ node, blob }: Placed, signal: AbortSignal): Promise<boolean> => {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of this.drive.download(node, signal)) {
      bytes += piece.length;
      if (bytes > blob.sizeBytes) return false;
      hash.update(piece);
    }
    return bytes === blob.sizeBytes && hash.digest('hex') === blob.oid;
  };
}

const listed = (placed: Placed, link: LinkFacts | undefined): Verdict => {
  const { blob } = placed;
  if (link === undefined || link.state === 'draft') return { blob, state: 'missing' };
  if (link.state === 'trashed') return { blob, state: 'trashed' };
  const reason = stateDifference(placed, link);
  return reason === null ? { blob, state: 'intact', level: 'listed' } : { blob, state: 'damaged', reason };
};

/** Another revision is another content, whoever made it. */
const stateDifference = (
  { locator, storedBytes }: Placed,
  now: Pick<LinkFacts, 'revision' | 'storedBytes'>,
): 'revision' | 'stored-size' | null => {
  if (locator['revision'] !== undefined && locator['revision'] !== now.revision) return 'revision';
  return now.storedBytes === storedBytes ? null : 'stored-size';
};
