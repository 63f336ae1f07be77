import type { BlobIdentity } from '#application/ports/blob-store.js';
import type { VaultIndex } from '#application/ports/vault-index.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { Oid } from '#domain/oid.js';
import type { Drive, NodeFacts, NodeUid, UploadOutcome } from '../drive.js';
import type { CheckedSource } from './checked-source.js';
import { corrupt, differenceOf, markOf } from './object-node.js';
import type { ObjectPlaces } from './object-places.js';
import { isFull, isGone, type VaultFolders } from './vault-folders.js';
import { folderPath } from './vault-path.js';

/** Of one put: each begins again because of something that is not the object's fault, and that happens once or twice. */
const BEGINNINGS_MAX = 6;

interface Upload {
  readonly blob: BlobIdentity;
  readonly source: CheckedSource;
  readonly signal: AbortSignal;
}

/** The node that holds the object, or in which folder to begin again. */
type Step = { readonly stored: NodeFacts } | { readonly againAt: number };

/**
 * Brings one object into the tree, with its note in the index before the first call. The caller holds the lease on it. A node
 * that bears its name is taken for the object only when all that its attributes say agrees; another one goes to the trash.
 */
export class ObjectUploads {
  constructor(
    private readonly drive: Drive,
    private readonly folders: VaultFolders,
    private readonly places: ObjectPlaces,
    private readonly index: VaultIndex,
  ) {}

  /** The node as the vault describes it, verified (L1). Faults as of BlobStore. */
  async store(upload: Upload): Promise<NodeFacts> {
    const { blob, source } = upload;
    const stored = await this.begin(upload);
    // The note is only a hint to the janitor, who finds nothing then.
    await this.index.ended(blob.oid).catch(() => undefined);
    source.close();
    return stored;
  }

  private async begin(upload: Upload): Promise<NodeFacts> {
    const { oid } = upload.blob;
    let overflow = await this.newestFolder(oid);
    const earlier = await this.adoptEarlier(upload, overflow);
    if (earlier !== null) return earlier;
    for (let beginnings = 0; beginnings < BEGINNINGS_MAX; beginnings += 1) {
      const step = await this.attempt(upload, overflow);
      if ('stored' in step) return step.stored;
      if (!upload.source.canBeReadAgain) break;
      overflow = step.againAt;
    }
    throw new Fault('vault.unavailable', { oid, reason: 'the place of the object changes' });
  }

  private async attempt(upload: Upload, overflow: number): Promise<Step> {
    const { blob, source, signal } = upload;
    const path = folderPath({ oid: blob.oid, overflow });
    const parent = await this.folders.make(path, signal);
    await this.index.begun(blob.oid, path);
    const file = { parent, name: blob.oid, mark: markOf(blob), sha1: blob.sha1 };
    try {
      const outcome = await this.drive.upload(file, source.read(), signal);
      return await this.conclude(upload, outcome, { parent, overflow });
    } catch (error) {
      // Whether a full folder tells of a name that is taken is its own affair.
      if (isFull(error)) return (await this.adoptIn(upload, overflow)) ?? { againAt: overflow + 1 };
      if (isGone(error) && (await this.folders.isStale(path, signal))) return { againAt: overflow };
      throw error;
    }
  }

  private async conclude(
    upload: Upload,
    outcome: UploadOutcome,
    { parent, overflow }: { readonly parent: NodeUid; readonly overflow: number },
  ): Promise<Step> {
    const { blob, signal } = upload;
    if (outcome.outcome === 'exists') return this.adopt(upload, outcome.node, overflow);
    const facts = await this.describe(outcome.node, signal);
    if (facts === null) throw new Fault('vault.unavailable', { oid: blob.oid, reason: 'gone at once' });
    const difference = differenceOf(facts, blob);
    if (difference !== null) throw corrupt(blob.oid, difference);
    if (facts.revision !== outcome.revision) throw corrupt(blob.oid, 'revision');
    if (facts.parent !== parent) throw corrupt(blob.oid, 'parent');
    return { stored: facts };
  }

  /** Takes a node for the object, or puts it away: into the trash, since it may be somebody's. */
  private async adopt({ blob, signal }: Upload, node: NodeUid, overflow: number): Promise<Step> {
    const facts = await this.describe(node, signal);
    if (facts !== null && differenceOf(facts, blob) === null) return { stored: facts };
    await this.drive.trash([node], signal);
    return { againAt: overflow };
  }

  private async adoptIn(upload: Upload, overflow: number): Promise<Step | null> {
    const { blob, signal } = upload;
    const found = await this.places.findIn(folderPath({ oid: blob.oid, overflow }), blob.oid, signal);
    return found === null ? null : this.adopt(upload, found, overflow);
  }

  /** Before an object goes into an overflow folder: it may be in one from when that one was not full yet. */
  private async adoptEarlier(upload: Upload, overflow: number): Promise<NodeFacts | null> {
    for (let earlier = 0; earlier < overflow; earlier += 1) {
      const step = await this.adoptIn(upload, earlier);
      if (step !== null && 'stored' in step) return step.stored;
    }
    return null;
  }

  /** The last overflow folder that is known. An index that was lost is made up for by the folders saying that they are full. */
  private async newestFolder(oid: Oid): Promise<number> {
    let overflow = 0;
    while ((await this.folders.remembered(folderPath({ oid, overflow: overflow + 1 }))) !== null) overflow += 1;
    return overflow;
  }

  /** Null for a node that is gone, or that nobody can read. */
  private async describe(node: NodeUid, signal: AbortSignal): Promise<NodeFacts | null> {
    try {
      const [facts] = await this.drive.describe([node], signal);
      return facts ?? null;
    } catch (error) {
      if (isFault(error, 'vault.undecryptable')) return null;
      throw error;
    }
  }
}
