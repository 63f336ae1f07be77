import type { DeadLetter, JobLedger } from '#application/ports/attempts.js';
import type { EventStore, RecordedEvent } from '#application/ports/event-store.js';
import type { HotTier } from '#application/ports/hot-tier.js';
import type { Inventory, ObjectHolder, RunningAttempts } from '#application/ports/inventory.js';
import { jobId, QUEUE_NAMES } from '#contracts/jobs/jobs.js';
import { Fault } from '#domain/fault/fault.js';
import type { LfsObjectEvent, Receipt } from '#domain/lfs-object/events.js';
import { foldObject, type LfsObject } from '#domain/lfs-object/lfs-object.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import { linkStream } from '#domain/object-link/object-link.js';
import type { Oid } from '#domain/oid.js';

export interface LifeStep {
  readonly event: RecordedEvent;
  /** Null for the first step. */
  readonly sincePreviousMs: number | null;
  /** Of the request or job that caused it; null when nothing was traced. */
  readonly traceId: string | null;
}

export interface KnownPlacement {
  readonly receipt: Receipt;
  readonly at: Date;
}

export interface ObjectLife {
  readonly oid: Oid;
  readonly object: LfsObject;
  /** Whether the hot tier holds it; null when the hot tier could not be asked. */
  readonly hot: boolean | null;
  readonly placements: readonly KnownPlacement[];
  readonly holders: readonly ObjectHolder[];
  readonly steps: readonly LifeStep[];
  readonly attempts: readonly RunningAttempts[];
  readonly deadLetters: readonly DeadLetter[];
}

const HOLDERS_MAX = 100;
const LETTERS_MAX = 100;

/** Tells the whole life of one object from its events. `object.absent` when nothing was ever recorded of it. */
export class ExplainObject {
  constructor(
    private readonly events: EventStore,
    private readonly inventory: Inventory,
    private readonly ledger: JobLedger,
    private readonly hotTier: Pick<HotTier, 'holds'>,
  ) {}

  async execute(oid: Oid): Promise<ObjectLife> {
    const [{ events: own }, holders, deadLetters, hot] = await Promise.all([
      this.events.read(objectStream(oid)),
      this.inventory.holders(oid, HOLDERS_MAX),
      this.ledger.find({ oid, limit: LETTERS_MAX }),
      this.isHot(oid),
    ]);
    if (own.length === 0 && deadLetters.length === 0) throw new Fault('object.absent', { oid });
    const links = await Promise.all(holders.map(({ repository }) => this.events.read(linkStream(repository.id, oid))));
    const all = [...own, ...links.flatMap(({ events }) => events)].sort(byTime);
    const object = foldObject(own as unknown as readonly LfsObjectEvent[]);
    const attempts = object.state === 'absent' ? [] : await this.inventory.attempts(jobsOf(oid, object.generation));
    return { oid, object, hot, placements: placements(own), holders, steps: steps(all), attempts, deadLetters };
  }

  /** A disk that is away must not hide what the events tell. */
  private async isHot(oid: Oid): Promise<boolean | null> {
    return this.hotTier.holds([oid]).then(
      (held) => held.has(oid),
      () => null,
    );
  }
}

const jobsOf = (oid: Oid, generation: number): string[] =>
  QUEUE_NAMES.map((queue) => jobId(queue, { v: 1, oid, generation }));

const byTime = (a: RecordedEvent, b: RecordedEvent): number =>
  a.recordedAt.getTime() - b.recordedAt.getTime() || Number(BigInt(a.cursor.position) - BigInt(b.cursor.position));

const steps = (events: readonly RecordedEvent[]): LifeStep[] =>
  events.map((event, index) => {
    const previous = events[index - 1];
    const sincePreviousMs = previous ? event.recordedAt.getTime() - previous.recordedAt.getTime() : null;
    return { event, sincePreviousMs, traceId: event.context.traceparent?.split('-')[1] ?? null };
  });

/** The last receipt of each vault that has not lost it since. */
const placements = (events: readonly RecordedEvent[]): KnownPlacement[] => {
  const byVault = new Map<string, KnownPlacement>();
  for (const event of events) {
    if (event.type === 'PlacementLost') byVault.delete(event.data.vault);
    if (event.type !== 'ObjectStored') continue;
    const { receipt } = event.data;
    byVault.set(receipt.vault, { receipt, at: event.recordedAt });
  }
  return [...byVault.values()];
};
