import { readAskedObjects } from './asked-objects.js';
import type { BatchOrder, ObjectAnswer } from './batch-order.js';
import type { OfferDownload } from './offer-download.js';
import type { OfferUpload } from './offer-upload.js';

export type BatchOperation = 'upload' | 'download';

/** One place of the reply: what was asked, echoed, and its answer. */
export interface AnsweredObject {
  readonly oid: string;
  readonly size: number;
  readonly answer: ObjectAnswer;
}

/**
 * Answers every object of a batch in its own place: a client waits for ever for one that is left out
 * (docs/git-lfs.md#every-object).
 */
export class OfferBatch {
  constructor(
    private readonly uploads: OfferUpload,
    private readonly downloads: OfferDownload,
  ) {}

  /** Faults: `batch.waiting`, `database.unavailable`; whatever concerns a single object is its answer. */
  async execute(
    operation: BatchOperation,
    objects: readonly unknown[],
    order: BatchOrder,
  ): Promise<readonly AnsweredObject[]> {
    const asked = readAskedObjects(objects);
    const pointers = asked.flatMap((object) => ('pointer' in object ? [object.pointer] : []));
    const answers = await (operation === 'upload' ? this.uploads : this.downloads).execute(order, pointers);
    return asked.map((object) => {
      const { oid, size } = object;
      if ('refusal' in object) return { oid, size, answer: { outcome: 'refused', fault: object.refusal } };
      const answer = answers.get(object.pointer);
      if (answer === undefined) throw new Error('an object of a batch has no answer');
      return { oid, size, answer };
    });
  }
}
