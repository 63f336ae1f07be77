import type { ActionSigner } from '#application/ports/actions.js';
import type { CatalogueObject } from '#application/ports/catalogue.js';
import type { HotTier } from '#application/ports/hot-tier.js';
import type { Outbox } from '#application/ports/outbox.js';
import { Fault } from '#domain/fault/fault.js';
import type { Oid, Pointer } from '#domain/oid.js';
import type { Answers, BatchOrder, ObjectAnswer } from './batch-order.js';
import type { SettledLinks } from './settled-links.js';

/**
 * Answers a download batch. An action is given for durable objects only, because `git lfs prune --verify-remote` deletes the
 * last local copy on the strength of one. Cold objects begin to hydrate now, before the client asks for their bytes; while
 * the vault is stopped for long they are refused with the fault of the stop, and hot ones are given as always.
 */
export class OfferDownload {
  constructor(
    private readonly links: SettledLinks,
    private readonly hotTier: HotTier,
    private readonly outbox: Outbox,
    private readonly signer: ActionSigner,
  ) {}

  async execute(order: BatchOrder, pointers: readonly Pointer[]): Promise<Answers> {
    const stop = await this.links.refusal();
    const links = await (stop === null ? this.links.settled(order, pointers) : this.links.now(order, pointers));
    const answers = new Map(pointers.map((pointer) => [pointer, this.answer(order, pointer, links.get(pointer.oid))]));
    const offered = pointers.flatMap((pointer) => {
      const link = links.get(pointer.oid);
      return link !== undefined && answers.get(pointer)?.outcome === 'download' ? [link] : [];
    });
    const cold = await this.coldOf(offered);
    if (stop === null) {
      await this.warm(order, cold);
      return answers;
    }
    const refused: ObjectAnswer = { outcome: 'refused', fault: stop };
    const isBlocked = ({ oid }: Pointer): boolean => cold.has(oid) || links.get(oid)?.state === 'staged';
    return new Map(
      [...answers].map(([pointer, answer]) => [
        pointer,
        answer.outcome === 'download' && isBlocked(pointer) ? refused : answer,
      ]),
    );
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

  /** Those that are not on the hot tier. */
  private async coldOf(offered: readonly CatalogueObject[]): Promise<ReadonlyMap<Oid, CatalogueObject>> {
    const byOid = new Map(offered.map((object) => [object.oid, object]));
    if (byOid.size === 0) return byOid;
    const hot = await this.hotTier.holds([...byOid.keys()]);
    return new Map([...byOid].filter(([oid]) => !hot.has(oid)));
  }

  private async warm({ context }: BatchOrder, cold: ReadonlyMap<Oid, CatalogueObject>): Promise<void> {
    if (cold.size === 0) return;
    const wishes = [...cold.values()].map(({ oid, generation }) => ({
      queue: 'hydrate-object' as const,
      payload: { v: 1 as const, oid, generation },
    }));
    await this.outbox.put(wishes, context);
  }
}
