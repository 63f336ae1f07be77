import type { Lease, Leases } from '#application/ports/lease.js';
import type { UploadNote, VaultIndex } from '#application/ports/vault-index.js';
import { isFault } from '#domain/fault/fault.js';
import { reached } from '#platform/milestone.js';
import type { Drive } from '../drive.js';
import type { VaultFolders } from './vault-folders.js';

const NOTES_A_SWEEP = 200;
const LEASE_MS = 60_000;
/** Shorter than the lease: what takes longer must not touch a draft that another writer makes meanwhile. */
const REMOVE_MS = 30_000;

/** Removes the drafts of writers that died, found by their notes in the index: the vault itself is not searched. */
export class AbandonedDrafts {
  constructor(
    private readonly drive: Drive,
    private readonly folders: VaultFolders,
    private readonly index: VaultIndex,
    private readonly leases: Leases,
  ) {}

  /** Returns how many there were. Objects that somebody works on are left to him. */
  async sweep(olderThanMs: number): Promise<number> {
    let removed = 0;
    for (const note of await this.index.unfinished(olderThanMs, NOTES_A_SWEEP)) {
      const lease = await this.leaseOf(note);
      if (lease === null) continue;
      try {
        if (await this.settle(note)) removed += 1;
      } finally {
        await this.leases.release(lease).catch(() => undefined);
      }
    }
    return removed;
  }

  private async settle({ oid, folder }: UploadNote): Promise<boolean> {
    const signal = AbortSignal.timeout(REMOVE_MS);
    reached('worker.before-draft-removed', { oid });
    const removed = await this.removeFrom(folder, oid, signal);
    reached('worker.draft-removed', { oid });
    await this.index.ended(oid);
    return removed;
  }

  private async removeFrom(path: string, name: string, signal: AbortSignal): Promise<boolean> {
    const folder = await this.folders.existing(path, signal);
    if (folder === null) return false;
    try {
      return await this.drive.removeDraft(folder, name, signal);
    } catch (error) {
      // With the folder went what was in it.
      if (isFault(error, 'vault.absent')) return false;
      throw error;
    }
  }

  private async leaseOf({ oid }: UploadNote): Promise<Lease | null> {
    try {
      return await this.leases.acquire(`object-${oid}`, LEASE_MS);
    } catch (error) {
      if (isFault(error, 'lease.held')) return null;
      throw error;
    }
  }
}
