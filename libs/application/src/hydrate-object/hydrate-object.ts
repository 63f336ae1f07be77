import type { LeasedWork } from '#application/leased-work/leased-work.js';
import type { BlobStore } from '#application/ports/blob-store.js';
import type { Catalogue, CatalogueObject } from '#application/ports/catalogue.js';
import type { HotTier } from '#application/ports/hot-tier.js';
import type { Task, TaskResult, TaskRunner } from '#application/run-job/task.js';
import { attemptDeadlineMs } from '#contracts/jobs/jobs.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { Oid } from '#domain/oid.js';

const NOTHING: TaskResult = { outcome: 'nothing-to-do' };

/** Brings a stored object from the vault back into the hot tier, once for all who wait for it. */
export class HydrateObject implements TaskRunner {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly hotTier: HotTier,
    private readonly vault: BlobStore,
    private readonly leased: LeasedWork,
  ) {}

  /**
   * Faults: `object.absent` for an unknown oid, `vault.absent` when this vault has no placement, `vault.corrupt` when its
   * bytes do not hash to the oid, `lease.held`, `lease.lost`, `attempt.deadline`.
   */
  async execute({ payload: { oid } }: Task, signal: AbortSignal): Promise<TaskResult> {
    const object = (await this.catalogue.objects([oid])).get(oid);
    if (object === undefined) throw new Fault('object.absent', { oid });
    // What is not stored yet is still resident, or will be uploaded again.
    if (object.state !== 'stored' || (await this.isResident(oid))) return NOTHING;
    const deadlineMs = attemptDeadlineMs('hydrate-object', object.sizeBytes);
    return this.leased.run({ entity: `hydrate-${oid}`, deadlineMs }, signal, (_fence, held) =>
      this.hydrate(object, held),
    );
  }

  private async hydrate({ oid, sizeBytes, sha1 }: CatalogueObject, held: AbortSignal): Promise<TaskResult> {
    if (await this.isResident(oid)) return NOTHING;
    const placements = await this.catalogue.placements(oid);
    const placement = placements.find(({ receipt }) => receipt.vault === this.vault.vault);
    if (placement === undefined) throw new Fault('vault.absent', { oid, vault: this.vault.vault });
    const body = this.vault.get({ oid, sizeBytes, sha1 }, placement.receipt.locator, held);
    try {
      await this.hotTier.fill({ oid, size: sizeBytes }, body, held);
    } catch (error) {
      if (!isFault(error, 'vault.absent')) throw error;
      throw new Fault('vault.absent', { oid, vault: this.vault.vault }, { cause: error });
    }
    return { outcome: 'hydrated', sizeBytes };
  }

  private async isResident(oid: Oid): Promise<boolean> {
    return (await this.hotTier.holds([oid])).has(oid);
  }
}
