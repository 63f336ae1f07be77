import { BlobStore, type BlobEntry, type BlobIdentity, type Bytes } from '#application/ports/blob-store.js';
import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import type { Oid } from '#domain/oid.js';

/** A vault over another one, the same in all that a subclass does not change. */
export abstract class BlobStoreDecorator extends BlobStore {
  constructor(protected readonly inner: BlobStore) {
    super();
  }

  override get vault(): string {
    return this.inner.vault;
  }

  override put(blob: BlobIdentity, source: Bytes, signal: AbortSignal): Promise<Receipt> {
    return this.inner.put(blob, source, signal);
  }

  override get(blob: BlobIdentity, locator: Locator, signal: AbortSignal): Bytes {
    return this.inner.get(blob, locator, signal);
  }

  override head(oid: Oid, signal: AbortSignal): Promise<BlobEntry | null> {
    return this.inner.head(oid, signal);
  }

  override remove(oid: Oid, signal: AbortSignal): Promise<void> {
    return this.inner.remove(oid, signal);
  }

  override list(signal: AbortSignal): AsyncIterable<BlobEntry> {
    return this.inner.list(signal);
  }

  override sweepAttempts(olderThanMs: number): Promise<number> {
    return this.inner.sweepAttempts(olderThanMs);
  }

  override check(signal: AbortSignal): Promise<void> {
    return this.inner.check(signal);
  }
}
