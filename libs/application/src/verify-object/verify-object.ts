import type { RedeemedAction } from '#application/authorize/redeem-action.js';
import type { Catalogue, CatalogueObject } from '#application/ports/catalogue.js';
import type { Durability } from '#application/ports/durability.js';
import { Fault } from '#domain/fault/fault.js';
import type { AckMode } from '#domain/repository/repository.js';

export interface VerifyOrder {
  readonly action: RedeemedAction;
  /** The pointer as the client states it, unchecked. */
  readonly stated: { readonly oid: unknown; readonly size: unknown };
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Says when a push may be told success, and by which promise: waits until a vault holds the object, unless the repository
 * takes a staged one. Faults: `request.malformed` and `size.mismatch` (another pointer than the one granted), `object.absent`
 * (never received), `object.not-durable` (not yet: ask again), `object.store-failed` (given up; `reason` is why).
 */
export class VerifyObject {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly durability: Durability,
  ) {}

  async execute({ action, stated, waitMs, signal }: VerifyOrder): Promise<AckMode> {
    const { oid, sizeBytes } = action.grant;
    if (stated.oid !== oid) throw new Fault('request.malformed', { field: 'oid', granted: oid });
    if (stated.size !== sizeBytes) throw new Fault('size.mismatch', { oid, granted: sizeBytes });
    const before = await this.look(action);
    if (before.state === 'staged' && action.repository.ackMode === 'staged') return 'staged';
    if (before.state === 'staged' && !(await this.durability.settled([oid], waitMs, signal))) {
      throw new Fault('object.not-durable', { oid });
    }
    const after = before.state === 'staged' ? await this.look(action) : before;
    switch (after.state) {
      case 'stored':
        return 'stored';
      case 'staged': // failed and staged anew while this waited
        throw new Fault('object.not-durable', { oid });
      case 'failed':
        throw new Fault('object.store-failed', { oid, reason: after.failure });
    }
  }

  private async look({ grant, repository }: RedeemedAction): Promise<CatalogueObject> {
    const object = (await this.catalogue.linkedObjects(repository.id, [grant.oid])).get(grant.oid);
    if (object === undefined) throw new Fault('object.absent', { oid: grant.oid });
    if (object.sizeBytes !== grant.sizeBytes) {
      throw new Fault('size.mismatch', { oid: grant.oid, recorded: object.sizeBytes, granted: grant.sizeBytes });
    }
    return object;
  }
}
