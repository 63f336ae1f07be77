import type { Catalogue, CatalogueObject } from '#application/ports/catalogue.js';
import type { Durability } from '#application/ports/durability.js';
import type { VaultConditions } from '#application/ports/vault-conditions.js';
import { Fault } from '#domain/fault/fault.js';
import type { Oid, Pointer } from '#domain/oid.js';
import { faultOfStop, gravest, isLasting } from '#domain/vault/vault.js';
import type { BatchOrder } from './batch-order.js';

export type Links = ReadonlyMap<Oid, CatalogueObject>;

/** What a repository holds, looked at once all of it that is asked for is either stored or failed. */
export class SettledLinks {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly durability: Durability,
    private readonly conditions: VaultConditions,
  ) {}

  /** Why the vault will neither take nor give an object for a while that is too long to wait for; null when it will. */
  async refusal(): Promise<Fault | null> {
    const stop = gravest((await this.conditions.stops()).filter(isLasting));
    return stop === null ? null : faultOfStop(stop);
  }

  /** As things stand, without a wait. */
  now({ repository }: BatchOrder, pointers: readonly Pointer[]): Promise<Links> {
    return this.catalogue.linkedObjects(repository.id, oidsOf(pointers));
  }

  /** Waits for objects on their way to a vault; `batch.waiting` when they are still on it in the end. */
  async settled(order: BatchOrder, pointers: readonly Pointer[]): Promise<Links> {
    const links = await this.now(order, pointers);
    const underWay = pointers.filter(({ oid, size }) => {
      const link = links.get(oid);
      return link?.state === 'staged' && link.sizeBytes === size;
    });
    if (underWay.length === 0) return links;
    const settled = await this.durability.settled(oidsOf(underWay), order.waitMs, order.signal);
    if (!settled) throw new Fault('batch.waiting', { objects: underWay.length });
    return this.now(order, pointers);
  }
}

const oidsOf = (pointers: readonly Pointer[]): readonly Oid[] => [...new Set(pointers.map(({ oid }) => oid))];
