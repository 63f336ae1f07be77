import type { Catalogue, CatalogueObject } from '#application/ports/catalogue.js';
import type { Job, JobQueue } from '#application/ports/job-queue.js';
import type { Outbox } from '#application/ports/outbox.js';
import type { Burial } from '#application/run-job/burial.js';
import { jobId } from '#contracts/jobs/jobs.js';

export interface FindLostWorkLimits {
  /** Younger objects are still on their way to the queue. */
  readonly unstoredForMs: number;
  /** Objects looked at in one pass, oldest first. */
  readonly objectsMax: number;
  /** For as long the relay is trusted to bring what waits in the outbox. */
  readonly relayPatienceMs: number;
}

export interface FoundWork {
  readonly requeued: number;
  /** Objects whose job had been given up, but not yet told to clients. */
  readonly failed: number;
}

/**
 * Compares what PostgreSQL wants done with what the queue holds, and queues again what the queue has lost: a flushed or
 * restarted queue says nothing by itself. Adding is idempotent by job id, so a wrong guess does no harm.
 */
export class FindLostWork {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly queue: JobQueue,
    private readonly outbox: Outbox,
    private readonly burial: Burial,
  ) {}

  /**
   * `told` after each part of what was lost. Faults: `queue.unavailable`, `database.unavailable`; nothing is lost by either, the
   * next pass finds the same.
   */
  async execute(limits: FindLostWorkLimits, told: (requeued: number) => void = () => undefined): Promise<FoundWork> {
    const unstored = await this.catalogue.unstored(await this.olderThanMs(limits), limits.objectsMax);
    const found = { requeued: 0, failed: 0 };
    for (let start = 0; start < unstored.length; start += CHUNK) {
      const lost = await this.lost(unstored.slice(start, start + CHUNK));
      const given = await Promise.all(lost.map((object) => this.burial.finish(object)));
      const due = lost.filter((_, index) => !given[index]);
      await this.queue.add(due.map(toJob));
      if (due.length > 0) told(due.length);
      found.requeued += due.length;
      found.failed += lost.length - due.length;
    }
    return found;
  }

  /** What is older than every message that still waits has had its turn, unless the relay stands still. */
  private async olderThanMs({ unstoredForMs, relayPatienceMs }: FindLostWorkLimits): Promise<number> {
    const { pending, oldestAgeMs } = await this.outbox.backlog();
    return pending > 0 && oldestAgeMs < relayPatienceMs ? unstoredForMs + oldestAgeMs : unstoredForMs;
  }

  private async lost(objects: readonly CatalogueObject[]): Promise<readonly CatalogueObject[]> {
    const missing = new Set(await this.queue.missing('store-object', objects.map(idOf)));
    const suspects = objects.filter((object) => missing.has(idOf(object)));
    if (suspects.length === 0) return [];
    // A job that ended between the two look-ups is not lost: its object has moved on.
    const now = await this.catalogue.objects(suspects.map(({ oid }) => oid));
    return suspects.filter(({ oid, generation }) => {
      const object = now.get(oid);
      return object?.state === 'staged' && object.generation === generation;
    });
  }
}

/** A reconciler that dies has little to find again. */
const CHUNK = 50;

const idOf = ({ oid, generation }: CatalogueObject): string => jobId('store-object', { v: 1, oid, generation });

const toJob = (object: CatalogueObject): Job => ({
  id: idOf(object),
  queue: 'store-object',
  payload: { v: 1, oid: object.oid, generation: object.generation },
  correlationId: idOf(object),
  traceparent: null,
});
