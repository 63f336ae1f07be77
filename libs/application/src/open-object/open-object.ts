import type { RedeemedAction } from '#application/authorize/redeem-action.js';
import type { Catalogue } from '#application/ports/catalogue.js';
import type { HotTier, OpenObject } from '#application/ports/hot-tier.js';
import type { Outbox } from '#application/ports/outbox.js';
import type { EventContext } from '#domain/event/event.js';
import { Fault } from '#domain/fault/fault.js';
import type { Pointer } from '#domain/oid.js';

/** `hot`: verified, each range of it at once; the taker closes it. `cold`: being hydrated, to be followed from its beginning. */
export type OpenedObject =
  | { readonly heat: 'hot'; readonly pointer: Pointer; readonly object: OpenObject }
  | { readonly heat: 'cold'; readonly pointer: Pointer };

/**
 * Opens an object that the repository is linked to, and sees to it that a cold one hydrates. Faults: `object.absent`,
 * `object.not-durable` and `object.store-failed` (neither hot nor in a vault).
 */
export class OpenLinkedObject {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly hotTier: HotTier,
    private readonly outbox: Outbox,
  ) {}

  async execute({ grant, repository }: RedeemedAction, context: EventContext): Promise<OpenedObject> {
    const { oid } = grant;
    const link = (await this.catalogue.linkedObjects(repository.id, [oid])).get(oid);
    if (link === undefined) throw new Fault('object.absent', { oid });
    const pointer = { oid, size: link.sizeBytes };
    const object = await this.hotTier.open(oid);
    if (object !== null) return { heat: 'hot', pointer, object };
    if (link.state === 'staged') throw new Fault('object.not-durable', { oid });
    if (link.state === 'failed') throw new Fault('object.store-failed', { oid, reason: link.failure });
    await this.hydrate(pointer, link.generation, context);
    return { heat: 'cold', pointer };
  }

  private async hydrate({ oid }: Pointer, generation: number, context: EventContext): Promise<void> {
    const underWay = await this.hotTier.follow(oid);
    if (underWay !== null) return underWay.close();
    await this.outbox.put([{ queue: 'hydrate-object', payload: { v: 1, oid, generation } }], context);
  }
}
