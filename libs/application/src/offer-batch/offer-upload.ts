import type { ActionSigner } from '#application/ports/actions.js';
import type { CatalogueObject } from '#application/ports/catalogue.js';
import type { HotTier } from '#application/ports/hot-tier.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import { needsUpload } from '#domain/lfs-object/lfs-object.js';
import type { Pointer } from '#domain/oid.js';
import type { Answers, BatchOrder, ObjectAnswer } from './batch-order.js';
import type { SettledLinks } from './settled-links.js';

/**
 * Answers an upload batch. Only what this repository is linked to counts as there: an oid that another one holds has to be
 * sent too, since knowing an oid never grants the bytes. `batch.waiting` when something is still on its way to a vault; while
 * that is stopped for long, nobody waits: each object that it does not hold is refused with the fault of the stop.
 */
export class OfferUpload {
  constructor(
    private readonly links: SettledLinks,
    private readonly hotTier: HotTier,
    private readonly signer: ActionSigner,
  ) {}

  async execute(order: BatchOrder, pointers: readonly Pointer[]): Promise<Answers> {
    const stagedIsEnough = order.repository.ackMode === 'staged';
    const stop = stagedIsEnough ? null : await this.links.refusal();
    const waits = !stagedIsEnough && stop === null;
    const links = await (waits ? this.links.settled(order, pointers) : this.links.now(order, pointers));
    const known = new Map(
      pointers.map((pointer) => {
        const link = links.get(pointer.oid);
        return [pointer, orStop(answerFor(order, pointer, link), link, stop)];
      }),
    );
    const wanted = pointers.filter((pointer) => known.get(pointer) === null);
    const refused = await this.withoutRoom(wanted);
    return new Map(
      pointers.map((pointer) => [pointer, known.get(pointer) ?? refused.get(pointer) ?? this.offer(order, pointer)]),
    );
  }

  private offer({ repository, token, batchId }: BatchOrder, { oid, size }: Pointer): ObjectAnswer {
    const grant = { repositoryId: repository.id, oid, sizeBytes: size, tokenId: token.id, batchId };
    return {
      outcome: 'upload',
      upload: this.signer.sign({ ...grant, operation: 'upload' }),
      verify: this.signer.sign({ ...grant, operation: 'verify' }),
    };
  }

  /** Those that the disk has no room for. A refusal here costs nothing; one at the PUT costs the client nine tries. */
  private async withoutRoom(wanted: readonly Pointer[]): Promise<ReadonlyMap<Pointer, ObjectAnswer>> {
    const all = wanted.reduce((sum, { size }) => sum + size, 0);
    if (wanted.length === 0 || (await this.refusal(all)) === null) return new Map();
    const refused = new Map<Pointer, ObjectAnswer>();
    let promised = 0;
    for (const pointer of wanted) {
      const fault = await this.refusal(promised + pointer.size);
      if (fault === null) promised += pointer.size;
      else refused.set(pointer, { outcome: 'refused', fault });
    }
    return refused;
  }

  private refusal(bytes: number): Promise<Fault | null> {
    return this.hotTier.admit(bytes).then(
      () => null,
      (error: unknown) => {
        if (isFault(error, 'staging.full')) return error;
        throw error;
      },
    );
  }
}

/** Null when the bytes have to be sent. */
const answerFor = (
  { repository }: BatchOrder,
  { oid, size }: Pointer,
  link: CatalogueObject | undefined,
): ObjectAnswer | null => {
  if (repository.maxObjectBytes !== null && size > repository.maxObjectBytes) {
    return refuse(new Fault('object.too-large', { oid, size, limit: repository.maxObjectBytes }));
  }
  if (link === undefined) return null;
  if (link.sizeBytes !== size)
    return refuse(new Fault('size.mismatch', { oid, recorded: link.sizeBytes, given: size }));
  if (link.failure === null) return { outcome: 'have' };
  return needsUpload(link.failure) ? null : refuse(new Fault('object.store-failed', { oid, reason: link.failure }));
};

/** What is not in the vault yet cannot become durable while it is stopped: better said now than after every byte was sent. */
const orStop = (
  answer: ObjectAnswer | null,
  link: CatalogueObject | undefined,
  stop: Fault | null,
): ObjectAnswer | null => {
  if (stop === null || answer?.outcome === 'refused') return answer;
  return answer === null || link?.state === 'staged' ? refuse(stop) : answer;
};

const refuse = (fault: Fault): ObjectAnswer => ({ outcome: 'refused', fault });
