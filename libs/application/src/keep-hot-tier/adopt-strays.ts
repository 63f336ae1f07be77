import { storeMessages, type ObjectHistory } from '#application/object-history/object-history.js';
import type { Catalogue, CatalogueObject } from '#application/ports/catalogue.js';
import type { HotTier, ResidentObject, StagedFile } from '#application/ports/hot-tier.js';
import type { EventContext } from '#domain/event/event.js';
import { isFault } from '#domain/fault/fault.js';
import { needsUpload } from '#domain/lfs-object/lfs-object.js';
import type { Oid } from '#domain/oid.js';
import { inChunks } from './chunks.js';

export interface Adoption {
  readonly adopted: number;
  /** Files that did not hash to their name; the hot tier has removed them. */
  readonly corrupt: number;
}

/**
 * Gives files in the hot tier the event that a crash kept from them (between rename and commit). Deletes nothing by itself:
 * a file without an event is somebody's upload.
 */
export class AdoptStrays {
  constructor(
    private readonly hotTier: HotTier,
    private readonly catalogue: Catalogue,
    private readonly objects: ObjectHistory,
  ) {}

  /**
   * Looks at files that nobody has used since `unusedSince`: a newer one may belong to an upload about to commit. May run
   * beside uploads of the same objects and beside itself: each object gets one event. `told` after each that was adopted.
   */
  async execute(unusedSince: Date, signal: AbortSignal, told: (oid: Oid) => void = () => undefined): Promise<Adoption> {
    const done = { adopted: 0, corrupt: 0 };
    for await (const residents of inChunks(this.hotTier.residents(), CHUNK)) {
      for (const oid of await this.strays(residents, unusedSince)) {
        signal.throwIfAborted();
        const file = await this.rehash(oid, signal);
        if (file === 'corrupt') done.corrupt += 1;
        else if (file !== null && (await this.adopt(file))) {
          done.adopted += 1;
          told(oid);
        }
      }
    }
    return done;
  }

  private async strays(residents: readonly ResidentObject[], unusedSince: Date): Promise<readonly Oid[]> {
    const settled = residents.filter(({ lastUsedAt }) => lastUsedAt <= unusedSince).map(({ oid }) => oid);
    if (settled.length === 0) return [];
    const known = await this.catalogue.objects(settled);
    return settled.filter((oid) => wantsBytes(known.get(oid)));
  }

  private async rehash(oid: Oid, signal: AbortSignal): Promise<StagedFile | 'corrupt' | null> {
    try {
      return await this.hotTier.rehash(oid, signal);
    } catch (error) {
      if (isFault(error, 'staging.corrupt')) return 'corrupt';
      throw error;
    }
  }

  private async adopt({ oid, sizeBytes, sha1 }: StagedFile): Promise<boolean> {
    const recording = { context: contextOf(oid), messages: storeMessages };
    const events = await this.objects.record({ type: 'Stage', oid, sizeBytes, sha1, adopted: true }, recording);
    return events.length > 0;
  }
}

const CHUNK = 500;

/** No event at all, or one that says the bytes were lost: these are the bytes. */
const wantsBytes = (object: CatalogueObject | undefined): boolean =>
  object === undefined || (object.state === 'failed' && object.failure !== null && needsUpload(object.failure));

const contextOf = (oid: Oid): EventContext => ({
  correlationId: `adopt-${oid}`,
  causationId: null,
  actor: 'service:reconciler',
  traceparent: null,
});
