import { createHash } from 'node:crypto';
import { BlobStore, type BlobEntry, type BlobIdentity, type Bytes } from '#application/ports/blob-store.js';
import { Fault } from '#domain/fault/fault.js';
import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import type { Oid } from '#domain/oid.js';

/** A vault in memory; passes the same contract as the real ones. `puts` counts the writes that took effect. */
export class MemoryBlobStore extends BlobStore {
  override readonly vault = 'memory';
  readonly blobs = new Map<Oid, Uint8Array>();
  puts = 0;

  override async put(blob: BlobIdentity, source: Bytes, signal: AbortSignal): Promise<Receipt> {
    const parts: Uint8Array[] = [];
    for await (const chunk of source) {
      signal.throwIfAborted();
      parts.push(chunk);
    }
    const bytes = Buffer.concat(parts);
    if (createHash('sha256').update(bytes).digest('hex') !== blob.oid)
      throw new Fault('staging.corrupt', { oid: blob.oid });
    this.blobs.set(blob.oid, bytes);
    this.puts += 1;
    const { sha1, sizeBytes } = blob;
    return {
      vault: this.vault,
      locator: { key: blob.oid },
      sizeBytes,
      storedBytes: bytes.length,
      sha1,
      verified: 'full',
    };
  }

  override async *get({ oid }: BlobIdentity, _locator: Locator, signal: AbortSignal): Bytes {
    await Promise.resolve();
    const bytes = this.blobs.get(oid);
    if (!bytes) throw new Fault('vault.absent', { oid });
    for (let offset = 0; offset < bytes.length; offset += 65_536) {
      signal.throwIfAborted();
      yield bytes.subarray(offset, offset + 65_536);
    }
  }

  override async head(oid: Oid): Promise<BlobEntry | null> {
    await Promise.resolve();
    const bytes = this.blobs.get(oid);
    return bytes ? { oid, locator: { key: oid }, storedBytes: bytes.length } : null;
  }

  override async remove(oid: Oid): Promise<void> {
    await Promise.resolve();
    this.blobs.delete(oid);
  }

  override async *list(): AsyncIterable<BlobEntry> {
    await Promise.resolve();
    for (const [oid, bytes] of this.blobs) yield { oid, locator: { key: oid }, storedBytes: bytes.length };
  }

  override async sweepAttempts(): Promise<number> {
    await Promise.resolve();
    return 0;
  }

  override async check(): Promise<void> {
    await Promise.resolve();
  }
}
