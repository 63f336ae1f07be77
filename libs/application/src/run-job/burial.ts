import type { ObjectHistory } from '#application/object-history/object-history.js';
import type { DeadLetter, JobLedger, NewDeadLetter } from '#application/ports/attempts.js';
import type { CatalogueObject } from '#application/ports/catalogue.js';
import { jobId, type JobPayload, type QueueName } from '#contracts/jobs/jobs.js';
import type { EventContext } from '#domain/event/event.js';
import type { FaultCode } from '#domain/fault/faults.js';

/** A job that is given up, as far as it could be read. */
export interface LostCause {
  readonly letter: NewDeadLetter;
  readonly payload: JobPayload | null;
  readonly context: EventContext;
  /** The vault that does not hold what it was recorded to hold, if that is why. */
  readonly lostFrom?: string | null;
}

/**
 * Gives up a job in two commits: the letter for the operator first, then the object's `StoreFailed`, so that clients are
 * told why. A crash between the two leaves a letter without the event; `finish` makes up for it.
 */
export class Burial {
  constructor(
    private readonly ledger: JobLedger,
    private readonly objects: ObjectHistory,
  ) {}

  /** Idempotent: one open letter a job, one failure a generation. */
  async bury({ letter, payload, context, lostFrom = null }: LostCause): Promise<void> {
    await this.ledger.bury(letter);
    if (payload === null) return;
    await this.recordFailure(letter, payload, context);
    if (letter.queue === 'hydrate-object' && lostFrom !== null) await this.recordLoss(lostFrom, payload, context);
  }

  /** True when a letter for storing this staged object lies open; the object then counts as failed from here on. */
  async finish({ oid, generation }: Pick<CatalogueObject, 'oid' | 'generation'>): Promise<boolean> {
    const payload: JobPayload = { v: 1, oid, generation };
    const id = jobId('store-object', payload);
    const open = await this.ledger.find({ queue: 'store-object', oid, state: 'open', limit: LETTERS_MAX });
    const letter = open.find((one) => one.jobId === id);
    if (letter === undefined) return false;
    await this.recordFailure(letter, payload, contextOf(letter));
    return true;
  }

  /** The vault was asked in every attempt, and the bytes are not hot: from here on, whoever has them may send them again. */
  private async recordLoss(vault: string, { oid, generation }: JobPayload, context: EventContext): Promise<void> {
    const command = { type: 'LosePlacement', oid, vault, generation, reason: 'vault.absent', hot: false } as const;
    await this.objects.record(command, { context });
  }

  private async recordFailure(
    { queue, code }: { readonly queue: QueueName; readonly code: FaultCode | 'unexpected' },
    { oid, generation }: JobPayload,
    context: EventContext,
  ): Promise<void> {
    if (queue !== 'store-object') return;
    const failure = code === 'unexpected' ? 'object.store-failed' : code;
    await this.objects.record({ type: 'RecordStoreFailed', oid, generation, code: failure }, { context });
  }
}

/** Generations of one object that may have an open letter each. */
const LETTERS_MAX = 100;

const contextOf = ({ jobId: id, traceparent }: DeadLetter): EventContext => ({
  correlationId: id,
  causationId: id,
  actor: 'service:reconciler',
  traceparent,
});
