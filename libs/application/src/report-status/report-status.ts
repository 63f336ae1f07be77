import type { DeadLetter, JobLedger } from '#application/ports/attempts.js';
import type { BlobStore } from '#application/ports/blob-store.js';
import type { HotTier, HotUsage } from '#application/ports/hot-tier.js';
import type { Inventory, ObjectTotals } from '#application/ports/inventory.js';
import type { JobQueue, QueueCounts } from '#application/ports/job-queue.js';
import type { Outbox } from '#application/ports/outbox.js';
import type { Projections, ProjectionStatus } from '#application/ports/projections.js';
import type { QueueName } from '#contracts/jobs/jobs.js';
import { isFault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import type { Stop } from '#domain/vault/vault.js';

/** One part of the report. A part that cannot be read says why and hides no other. */
export type Section<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: SectionFailure };
export interface SectionFailure {
  readonly code: FaultCode | 'unexpected';
  readonly detail: string;
}

/** Open dead letters of one cause. */
export interface LetterGroup {
  readonly queue: QueueName;
  readonly code: DeadLetter['code'];
  readonly fingerprint: string;
  readonly letters: number;
  readonly lastAt: Date;
}

export interface StatusReport {
  readonly objects: Section<readonly ObjectTotals[]>;
  readonly queues: Section<readonly QueueCounts[]>;
  readonly outbox: Section<{ readonly pending: number; readonly oldestAgeMs: number }>;
  readonly deadLetters: Section<readonly LetterGroup[]>;
  readonly projections: Section<readonly ProjectionStatus[]>;
  readonly hotTier: Section<HotUsage>;
  readonly vault: Section<{ readonly name: string }>;
  readonly vaultStops: Section<readonly Stop[]>;
}

/** The path of work from commit to job. */
export interface WorkPorts {
  readonly outbox: Outbox;
  readonly queue: JobQueue;
  readonly ledger: JobLedger;
}

/** Where the bytes are. Opening them may fail by itself, which is told like any other failure. */
export interface Storage {
  hotTier(): Promise<Pick<HotTier, 'check' | 'usage'>>;
  vault(): Promise<Pick<BlobStore, 'check' | 'vault'>>;
  stops(): Promise<readonly Stop[]>;
}

const LETTERS_MAX = 1_000;
const PART_TIMEOUT_MS = 10_000;

/** How everything stands. Never rejects: what cannot be read is told in its section. */
export class ReportStatus {
  constructor(
    private readonly inventory: Inventory,
    private readonly work: WorkPorts,
    private readonly projections: Projections,
    private readonly storage: Storage,
  ) {}

  async execute(signal: AbortSignal): Promise<StatusReport> {
    const { outbox, queue, ledger } = this.work;
    const [objects, queues, backlog, deadLetters, projections, usage, answering, vaultStops] = await Promise.all([
      section(() => this.inventory.objectTotals()),
      section(() => queue.counts()),
      section(() => outbox.backlog()),
      section(async () => groupLetters(await ledger.find({ state: 'open', limit: LETTERS_MAX }))),
      section(() => this.projections.status()),
      section(async () => {
        const hotTier = await this.storage.hotTier();
        await hotTier.check();
        return hotTier.usage();
      }),
      section(async () => {
        const vault = await this.storage.vault();
        await vault.check(AbortSignal.any([signal, AbortSignal.timeout(PART_TIMEOUT_MS)]));
        return { name: vault.vault };
      }),
      section(() => this.storage.stops()),
    ]);
    const storage = { hotTier: usage, vault: answering, vaultStops };
    return { objects, queues, outbox: backlog, deadLetters, projections, ...storage };
  }
}

const section = async <T>(read: () => Promise<T>): Promise<Section<T>> => {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    const reason: SectionFailure = isFault(error)
      ? { code: error.code, detail: error.message }
      : { code: 'unexpected', detail: error instanceof Error ? error.name : 'unknown' };
    return { ok: false, reason };
  }
};

const groupLetters = (letters: readonly DeadLetter[]): LetterGroup[] =>
  [...Map.groupBy(letters, ({ fingerprint }) => fingerprint).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const lastAt = new Date(Math.max(...group.map((letter) => letter.lastAt.getTime())));
    const { queue, code, fingerprint } = first;
    return [{ queue, code, fingerprint, letters: group.length, lastAt }];
  });
