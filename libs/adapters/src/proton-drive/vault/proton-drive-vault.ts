import { BlobStore, type BlobEntry, type BlobIdentity, type Bytes } from '#application/ports/blob-store.js';
import type { Clock } from '#application/ports/clock.js';
import type { Leases } from '#application/ports/lease.js';
import type { VaultConditions } from '#application/ports/vault-conditions.js';
import type { VaultIndex } from '#application/ports/vault-index.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import type { Oid } from '#domain/oid.js';
import { faultOfStop, gravest } from '#domain/vault/vault.js';
import { unlessAborted } from '#platform/files/pull-source.js';
import type { Drive } from '../drive.js';
import { AbandonedDrafts } from './abandoned-drafts.js';
import { CheckedSource } from './checked-source.js';
import { KeyedTurns } from './keyed-turns.js';
import { corrupt, nodeOf, receiptOf } from './object-node.js';
import { ObjectPlaces } from './object-places.js';
import { ObjectUploads } from './object-uploads.js';
import { VaultFolders } from './vault-folders.js';

export interface ProtonDriveVaultDeps {
  readonly drive: Drive;
  readonly index: VaultIndex;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly conditions: VaultConditions;
  /** Told what the account has left whenever that is asked for. */
  readonly spaceSeen?: (space: { readonly usedBytes: number; readonly maxBytes: number }) => Promise<void>;
}

/** A probe that asks every few seconds must not eat the budget of requests. */
const CHECK_REST_MS = 60_000;

/** The vault in Proton Drive: each object is a file named by its oid that says in its encrypted attributes what it is. */
export class ProtonDriveVault extends BlobStore {
  private readonly folders: VaultFolders;
  private readonly places: ObjectPlaces;
  private readonly uploads: ObjectUploads;
  private readonly drafts: AbandonedDrafts;
  private readonly turns = new KeyedTurns();
  private checkedAt = -Infinity;

  constructor(
    override readonly vault: string,
    private readonly deps: ProtonDriveVaultDeps,
  ) {
    super();
    const { drive, index, leases, clock } = deps;
    this.folders = new VaultFolders(drive, index, leases, clock);
    this.places = new ObjectPlaces(drive, this.folders);
    this.uploads = new ObjectUploads(drive, this.folders, this.places, index);
    this.drafts = new AbandonedDrafts(drive, this.folders, index, leases);
  }

  override put(blob: BlobIdentity, bytes: Bytes, signal: AbortSignal): Promise<Receipt> {
    // Callers hold the lease on the object; those of this process that do not, wait for each other.
    return this.turns.run(blob.oid, signal, async () => {
      const source = new CheckedSource(blob, bytes, signal);
      try {
        return receiptOf(this.vault, await this.uploads.store({ blob, source, signal }), blob);
      } finally {
        source.close();
      }
    });
  }

  override async *get({ oid, sizeBytes }: BlobIdentity, locator: Locator, signal: AbortSignal): Bytes {
    signal.throwIfAborted();
    let given = 0;
    for await (const piece of this.read(oid, nodeOf(locator), signal)) {
      signal.throwIfAborted();
      given += piece.length;
      if (given > sizeBytes) throw corrupt(oid, 'length');
      yield piece;
    }
    if (given !== sizeBytes) throw corrupt(oid, 'length');
  }

  override async head(oid: Oid, signal: AbortSignal): Promise<BlobEntry | null> {
    signal.throwIfAborted();
    const [entry] = await this.places.entries(oid, signal);
    return entry ?? null;
  }

  override async remove(oid: Oid, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const nodes = (await this.places.entries(oid, signal)).flatMap(({ locator }) => nodeOf(locator) ?? []);
    if (nodes.length > 0) await this.deps.drive.remove(nodes, signal);
  }

  override list(signal: AbortSignal): AsyncIterable<BlobEntry> {
    return this.places.all(signal);
  }

  override sweepAttempts(olderThanMs: number): Promise<number> {
    return this.drafts.sweep(olderThanMs);
  }

  override async check(signal: AbortSignal): Promise<void> {
    const { drive, clock, spaceSeen } = this.deps;
    if (clock.now().getTime() - this.checkedAt < CHECK_REST_MS) return this.refuseIfStopped();
    this.checkedAt = -Infinity;
    const space = await unlessAborted(drive.space(signal), signal);
    await spaceSeen?.(space);
    this.checkedAt = clock.now().getTime();
  }

  private async refuseIfStopped(): Promise<void> {
    const stop = gravest(await this.deps.conditions.stops());
    if (stop === null) return;
    this.checkedAt = -Infinity;
    throw faultOfStop(stop);
  }

  /** By the node of the placement; by name when that is gone, since the object may have been put again. */
  private async *read(oid: Oid, node: string | null, signal: AbortSignal): Bytes {
    let begun = false;
    try {
      for await (const piece of node === null ? [] : this.readNode(node, signal)) {
        begun = true;
        yield piece;
      }
      if (node !== null) return;
    } catch (error) {
      if (begun || !isFault(error, 'vault.absent')) throw error;
    }
    const [found] = (await this.places.entries(oid, signal)).flatMap(({ locator }) => nodeOf(locator) ?? []);
    if (found === undefined) throw new Fault('vault.absent', { oid });
    yield* this.deps.drive.download(found, signal);
  }

  /** What lies in the trash can be read, and would be lost once somebody empties it: it is brought back meanwhile. */
  private async *readNode(node: string, signal: AbortSignal): Bytes {
    const rescued = this.rescue(node, signal).catch(() => undefined);
    yield* this.deps.drive.download(node, signal);
    await rescued;
  }

  private async rescue(node: string, signal: AbortSignal): Promise<void> {
    const [link] = await this.deps.drive.links([node], signal);
    if (link?.state === 'trashed') await this.deps.drive.restore([node], signal);
  }
}
