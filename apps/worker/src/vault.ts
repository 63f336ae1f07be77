import { BlobStoreDecorator } from '#adapters/blob-decorators/blob-store-decorator.js';
import { limiting } from '#adapters/blob-decorators/limiting.js';
import { tracing } from '#adapters/blob-decorators/tracing.js';
import type { BlobIdentity, BlobStore, Bytes } from '#application/ports/blob-store.js';
import type { Receipt } from '#domain/lfs-object/events.js';
import { reached } from '#platform/milestone.js';

/** The vault as jobs see it. No layer hashes: the contract has the vault check its source, and the hot tier what it fills with. */
export const vaultOf = (store: BlobStore, transfersMax: number): BlobStore =>
  // Says when a put begins and when it is committed: between the two lie side effects that drills interrupt.
  announcing(
    // Measures each call and hangs it below the job's span; the wait for a turn is part of it.
    tracing(
      // Keeps one process from opening more transfers than the vault's disk or account can bear.
      limiting(store, transfersMax),
    ),
  );

export const announcing = (inner: BlobStore): BlobStore => new AnnouncingStore(inner);

class AnnouncingStore extends BlobStoreDecorator {
  override async put(blob: BlobIdentity, source: Bytes, signal: AbortSignal): Promise<Receipt> {
    reached('worker.before-put', { oid: blob.oid });
    const receipt = await super.put(blob, source, signal);
    reached('worker.put-committed', { oid: blob.oid });
    return receipt;
  }
}
