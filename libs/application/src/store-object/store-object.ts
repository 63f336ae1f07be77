import type { LeasedWork } from '#application/leased-work/leased-work.js';
import type { KnownObject, ObjectHistory } from '#application/object-history/object-history.js';
import type { BlobStore } from '#application/ports/blob-store.js';
import type { Fence } from '#application/ports/event-store.js';
import type { HotTier, OpenObject } from '#application/ports/hot-tier.js';
import type { Task, TaskResult, TaskRunner } from '#application/run-job/task.js';
import { attemptDeadlineMs } from '#contracts/jobs/jobs.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import type { Receipt } from '#domain/lfs-object/events.js';
import type { LfsObject } from '#domain/lfs-object/lfs-object.js';
import type { Oid } from '#domain/oid.js';

type Staged = Extract<LfsObject, { state: 'staged' }>;

const NOTHING: TaskResult = { outcome: 'nothing-to-do' };

/**
 * Brings a staged object into the vault and records it. The queue is not trusted: what is to be done follows from the
 * object's own history. Every point between two side effects may be the last one of this process; running it again ends
 * in the same state with one placement, since the vault adopts what an earlier attempt left there.
 */
export class StoreObject implements TaskRunner {
  constructor(
    private readonly objects: ObjectHistory,
    private readonly hotTier: HotTier,
    private readonly vault: BlobStore,
    private readonly leased: LeasedWork,
  ) {}

  /** Faults: `object.absent` for an unknown oid, `lease.held`, `lease.lost`, `attempt.deadline`, those of the vault. */
  async execute(task: Task, signal: AbortSignal): Promise<TaskResult> {
    const { oid } = task.payload;
    const { object } = await this.objects.load(oid);
    if (!isDue(task, object)) return NOTHING;
    const deadlineMs = attemptDeadlineMs('store-object', object.sizeBytes);
    return this.leased.run({ entity: `object-${oid}`, deadlineMs }, signal, (fence, held) =>
      this.store(task, fence, held),
    );
  }

  private async store(task: Task, fence: Fence, held: AbortSignal): Promise<TaskResult> {
    const { oid } = task.payload;
    // Whoever held the lease before may have stored it while this worker asked for the lease.
    const current = await this.objects.load(oid);
    if (!isDue(task, current.object)) return NOTHING;
    const source = await this.hotTier.open(oid);
    if (source === null) {
      // Only a hot tier that works can say that a file is lost: a volume that is not mounted must not fail every object.
      await this.hotTier.check();
      const there = await this.inVault(oid, current.object, held);
      if (there !== null) return this.recordStored(task, current, { receipt: there, fence });
      return this.fail(task, 'staging.lost', fence);
    }
    try {
      const receipt = await this.put(oid, current.object, { source, held });
      held.throwIfAborted();
      return await this.recordStored(task, current, { receipt, fence });
    } catch (error) {
      // A file that hashes right now was misread: the attempt failed, not the object.
      if (!isFault(error, 'staging.corrupt') || !(await this.isUnusable(oid, held))) throw error;
      return this.fail(task, 'staging.corrupt', fence);
    }
  }

  /** A vault that was taken for one without the object, as a wrong one that was mounted, may have had it all the time. */
  private async inVault(oid: Oid, { sizeBytes, sha1 }: Staged, held: AbortSignal): Promise<Receipt | null> {
    const entry = await this.vault.head(oid, held);
    if (entry === null) return null;
    const { locator, storedBytes } = entry;
    return { vault: this.vault.vault, locator, sizeBytes, storedBytes, sha1, verified: 'listed' };
  }

  private async put(oid: Oid, { sizeBytes, sha1 }: Staged, { source, held }: Reading): Promise<Receipt> {
    try {
      return await this.vault.put({ oid, sizeBytes, sha1 }, source.read(null, held), held);
    } finally {
      await source.close();
    }
  }

  private async recordStored(
    { payload, context }: Task,
    known: KnownObject,
    { receipt, fence }: Proof,
  ): Promise<TaskResult> {
    const { oid, generation } = payload;
    const command = { type: 'RecordStored', oid, generation, receipt } as const;
    const [stored] = await this.objects.record(command, { context, fence, known });
    if (stored === undefined) return NOTHING;
    const storedAtMs = Date.parse(stored.data.at);
    const sinceStagedMs = Math.max(0, storedAtMs - (known.stagedAt?.getTime() ?? storedAtMs));
    return { outcome: 'stored', sizeBytes: receipt.sizeBytes, sinceStagedMs };
  }

  /** Hashes the file again, which removes it when it is bad; so a good one that was uploaded meanwhile stays. */
  private async isUnusable(oid: Oid, held: AbortSignal): Promise<boolean> {
    try {
      return (await this.hotTier.rehash(oid, held)) === null;
    } catch (error) {
      if (isFault(error, 'staging.corrupt')) return true;
      throw error;
    }
  }

  private async fail({ payload, context }: Task, code: FaultCode, fence: Fence): Promise<TaskResult> {
    const { oid, generation } = payload;
    await this.objects.record({ type: 'RecordStoreFailed', oid, generation, code }, { context, fence });
    return { outcome: 'store-failed', code };
  }
}

interface Reading {
  readonly source: OpenObject;
  readonly held: AbortSignal;
}

interface Proof {
  readonly receipt: Receipt;
  readonly fence: Fence;
}

const isDue = ({ payload: { oid, generation } }: Task, object: LfsObject): object is Staged => {
  if (object.state === 'absent') throw new Fault('object.absent', { oid });
  return object.state === 'staged' && object.generation === generation;
};
