import type { ActionSigner } from '#application/ports/actions.js';
import type { CatalogueObject } from '#application/ports/catalogue.js';
import type { HotTier } from '#application/ports/hot-tier.js';
import type { Outbox } from '#application/ports/outbox.js';
import { Fault } from '#domain/fault/fault.js';
import type { Pointer } from '#domain/oid.js';
import type { Answers, BatchOrder, ObjectAnswer } from './batch-order.js';
import type { SettledLinks } from './settled-links.js';

/**
 * Answers a download batch. An action is given for durable objects only, because `git lfs prune --verify-remote` deletes the
 * last local copy on the strength of one. Cold objects begin to hydrate now, before the client asks for their bytes.
 */
export class OfferDownload {
  constructor(
    private readonly links: SettledLinks,
    private readonly hotTier: HotTier,
    private readonly outbox: Outbox,
    private readonly signer: ActionSigner,
  ) {}

  async execute(order: BatchOrder, pointers: readonly Pointer[]): Promise<Answers> {
    const links = await this.links.settled(order, pointers);
    const answers = new Map(pointers.map((pointer) => [pointer, this.answer(order, pointer, links.get(pointer.oid))]));
    const offered = pointers.flatMap((pointer) => {
      const link = links.get(pointer.oid);
      return link !== undefined && answers.get(pointer)?.outcome === 'download' ? [link] : [];
    });
    await this.warm(order, offered);
    return answers;
  }

  private answer(
    { repository, token, batchId }: BatchOrder,
    { oid, size }: Pointer,
    link: CatalogueObject | undefined,
  ): ObjectAnswer {
    if (link === undefined) return { outcome: 'refused', fault: new Fault('object.absent', { oid }) };
    if (link.sizeBytes !== size) {
      return { outcome: 'refused', fault: new Fault('size.mismatch', { oid, recorded: link.sizeBytes, given: size }) };
    }
    if (link.failure !== null) {
      return { outcome: 'refused', fault: new Fault('object.store-failed', { oid, reason: link.failure }) };
    }
    const grant = { operation: 'download', repositoryId: repository.id, oid, sizeBytes: size } as const;
    return { outcome: 'download', download: this.signer.sign({ ...grant, tokenId: token.id, batchId }) };
  }

  private async warm({ context }: BatchOrder, offered: readonly CatalogueObject[]): Promise<void> {
    if (offered.length === 0) return;
    const byOid = new Map(offered.map((object) => [object.oid, object]));
    const hot = await this.hotTier.holds([...byOid.keys()]);
    const cold = [...byOid.values()].filter(({ oid }) => !hot.has(oid));
    if (cold.length === 0) return;
    const wishes = cold.map(({ oid, generation }) => ({
      queue: 'hydrate-object' as const,
      payload: { v: 1 as const, oid, generation },
    }));
    await this.outbox.put(wishes, context);
  }
}
