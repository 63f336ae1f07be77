import { createHash } from 'node:crypto';
import type { BlobIdentity, BlobStore, Bytes } from '#application/ports/blob-store.js';
import { Fault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import { BlobStoreDecorator } from './blob-store-decorator.js';

/**
 * Hashes what goes in and what comes out, whatever the vault itself checks: a source that is not the object fails
 * (`staging.corrupt`) before the vault has all of it and could commit; of a copy that is not the object (`vault.corrupt`)
 * the last piece is never given.
 */
export const verifying = (inner: BlobStore): BlobStore => new VerifyingStore(inner);

class VerifyingStore extends BlobStoreDecorator {
  override put(blob: BlobIdentity, source: Bytes, signal: AbortSignal): Promise<Receipt> {
    return super.put(blob, checked(blob, source, 'staging.corrupt'), signal);
  }

  override get(blob: BlobIdentity, locator: Locator, signal: AbortSignal): Bytes {
    return checked(blob, super.get(blob, locator, signal), 'vault.corrupt');
  }
}

/** The same bytes; the last piece is held back until the digest of all of them is right. */
async function* checked({ oid, sizeBytes }: BlobIdentity, source: Bytes, code: FaultCode): Bytes {
  const hash = createHash('sha256');
  let bytes = 0;
  let held: Uint8Array | null = null;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > sizeBytes) throw new Fault(code, { oid, expected: sizeBytes, reason: 'too long' });
    hash.update(chunk);
    if (held !== null) yield held;
    held = chunk;
  }
  if (bytes < sizeBytes || hash.digest('hex') !== oid) throw new Fault(code, { oid, expected: sizeBytes, received: bytes });
  if (held !== null) yield held;
}
