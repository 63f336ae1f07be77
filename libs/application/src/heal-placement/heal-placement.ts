import { storeMessages, type ObjectHistory } from '#application/object-history/object-history.js';
import type { HotTier } from '#application/ports/hot-tier.js';
import type { EventContext } from '#domain/event/event.js';
import { isFault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import type { Oid } from '#domain/oid.js';

/** A placement that is not there any more. */
export interface LostPlacement {
  readonly oid: Oid;
  readonly vault: string;
  /** Of the object when it was placed. */
  readonly generation: number;
  readonly reason: FaultCode;
}

/** `stored-again`: the hot tier has the bytes, a job is queued. `awaited`: whoever has them is asked to send them. */
export type Healing = 'stored-again' | 'awaited' | 'settled-already';

/**
 * Records that a vault lost an object, and has it stored again from the hot tier where that still holds it: bytes that hash to
 * the oid, no others. Deletes nothing. Idempotent, and safe beside a job or an upload of the same object.
 */
export class HealPlacement {
  constructor(
    private readonly objects: ObjectHistory,
    private readonly hotTier: HotTier,
  ) {}

  /** Faults: `staging.unwritable` (a hot tier that is not there cannot say that it has no bytes), `database.unavailable`. */
  async execute(lost: LostPlacement, context: EventContext, signal: AbortSignal): Promise<Healing> {
    const hot = await this.isHot(lost.oid, signal);
    const events = await this.objects.record(
      { type: 'LosePlacement', ...lost, hot },
      { context, messages: storeMessages },
    );
    if (events.length === 0) return 'settled-already';
    return hot ? 'stored-again' : 'awaited';
  }

  private async isHot(oid: Oid, signal: AbortSignal): Promise<boolean> {
    try {
      if ((await this.hotTier.rehash(oid, signal)) !== null) return true;
    } catch (error) {
      if (!isFault(error, 'staging.corrupt')) throw error;
    }
    await this.hotTier.check();
    return false;
  }
}
