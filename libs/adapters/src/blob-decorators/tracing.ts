import type { BlobEntry, BlobIdentity, BlobStore, Bytes } from '#application/ports/blob-store.js';
import { isFault } from '#domain/fault/fault.js';
import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import type { Oid } from '#domain/oid.js';
import { metrics } from '#platform/metrics.js';
import { shortOid, traced } from '#platform/telemetry.js';
import { BlobStoreDecorator } from './blob-store-decorator.js';

/** Measures and traces every call to a vault. A download counts from its first piece to its last. */
export const tracing = (inner: BlobStore): BlobStore => new TracingStore(inner);

type Operation = 'put' | 'get' | 'head' | 'remove' | 'check';

class TracingStore extends BlobStoreDecorator {
  override async put(blob: BlobIdentity, source: Bytes, signal: AbortSignal): Promise<Receipt> {
    const receipt = await this.measured('put', blob, () => super.put(blob, source, signal));
    metrics.vaultBytes.inc({ direction: 'up' }, blob.sizeBytes);
    return receipt;
  }

  override async *get(blob: BlobIdentity, locator: Locator, signal: AbortSignal): Bytes {
    const ended = Promise.withResolvers<void>();
    // The span is open for as long as the consumer reads; the outcome is thrown to the consumer below.
    const span = this.measured('get', blob, () => ended.promise).catch(() => undefined);
    try {
      for await (const chunk of super.get(blob, locator, signal)) {
        metrics.vaultBytes.inc({ direction: 'down' }, chunk.length);
        yield chunk;
      }
    } catch (error) {
      ended.reject(error);
      throw error;
    } finally {
      ended.resolve();
      await span;
    }
  }

  override head(oid: Oid, signal: AbortSignal): Promise<BlobEntry | null> {
    return this.measured('head', { oid }, () => super.head(oid, signal));
  }

  override remove(oid: Oid, signal: AbortSignal): Promise<void> {
    return this.measured('remove', { oid }, () => super.remove(oid, signal));
  }

  override check(signal: AbortSignal): Promise<void> {
    return this.measured('check', null, () => super.check(signal));
  }

  private async measured<T>(op: Operation, about: About | null, work: () => Promise<T>): Promise<T> {
    const stop = metrics.vaultDuration.startTimer({ op });
    const attributes = {
      'ballast.vault': this.vault,
      ...(about === null ? {} : { 'ballast.oid': shortOid(about.oid) }),
      ...(about?.sizeBytes === undefined ? {} : { 'ballast.size_bytes': about.sizeBytes }),
    };
    try {
      const result = await traced(`vault.${op}`, { attributes }, work);
      stop({ result: 'ok' });
      return result;
    } catch (error) {
      stop({ result: isFault(error) ? error.code : 'unexpected' });
      throw error;
    }
  }
}

interface About {
  readonly oid: Oid;
  readonly sizeBytes?: number;
}
