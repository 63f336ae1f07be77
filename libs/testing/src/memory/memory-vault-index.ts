import type { Clock } from '#application/ports/clock.js';
import { VaultIndex, type UploadNote } from '#application/ports/vault-index.js';
import type { Oid } from '#domain/oid.js';

/** What a vault remembers outside of it, in memory; passes the same contract as the real one. */
export class MemoryVaultIndex extends VaultIndex {
  readonly folders = new Map<string, string>();
  readonly notes = new Map<Oid, UploadNote>();

  constructor(private readonly clock: Clock) {
    super();
  }

  override async folder(path: string): Promise<string | null> {
    await Promise.resolve();
    return this.folders.get(path) ?? null;
  }

  override async rememberFolder(path: string, uid: string): Promise<void> {
    await Promise.resolve();
    this.folders.set(path, uid);
  }

  override async forgetFolder(path: string): Promise<void> {
    await Promise.resolve();
    for (const known of [...this.folders.keys()])
      if (known === path || known.startsWith(`${path}/`)) this.folders.delete(known);
  }

  override async begun(oid: Oid, folder: string): Promise<void> {
    await Promise.resolve();
    this.notes.set(oid, { oid, folder, begunAt: this.clock.now() });
  }

  override async ended(oid: Oid): Promise<void> {
    await Promise.resolve();
    this.notes.delete(oid);
  }

  override async unfinished(olderThanMs: number, limit: number): Promise<readonly UploadNote[]> {
    await Promise.resolve();
    const before = this.clock.now().getTime() - olderThanMs;
    return [...this.notes.values()]
      .filter(({ begunAt }) => begunAt.getTime() <= before)
      .sort((a, b) => a.begunAt.getTime() - b.begunAt.getTime())
      .slice(0, limit);
  }
}
