import { BlobStoreDecorator } from '#adapters/blob-decorators/blob-store-decorator.js';
import { limiting } from '#adapters/blob-decorators/limiting.js';
import { tracing } from '#adapters/blob-decorators/tracing.js';
import { verifying } from '#adapters/blob-decorators/verifying.js';
import type { BlobIdentity, BlobStore, Bytes } from '#application/ports/blob-store.js';
import type { Receipt } from '#domain/lfs-object/events.js';
import { reached } from '#platform/milestone.js';

/** The vault as jobs see it. */
export const vaultOf = (store: BlobStore, transfersMax: number): BlobStore =>
  // Says when a put begins and when it is committed: between the two lie side effects that drills interrupt.
  announcing(
    // Hashes what goes in and what comes out: a vault is never believed, nor is the file that goes into it.
    verifying(
      // Measures each call and hangs it below the job's span; the wait for a turn is part of it.
      tracing(
        // Keeps one process from opening more transfers than the vault's disk or account can bear.
        limiting(store, transfersMax),
      ),
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
