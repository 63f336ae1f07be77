import { PlacedNodes, type PlacedNode } from '#application/ports/placed-nodes.js';
import type { Oid } from '#domain/oid.js';
import type { MemoryDatabase } from './memory-database.js';
import type { MemoryVaultIndex } from './memory-vault-index.js';

/** What is placed in one vault, by node, in memory. */
export class MemoryPlacedNodes extends PlacedNodes {
  private kept: string | null = null;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly index: MemoryVaultIndex,
    private readonly vault: string,
  ) {
    super();
  }

  override async cursor(): Promise<string | null> {
    await Promise.resolve();
    return this.kept;
  }

  override async moveTo(cursor: string): Promise<void> {
    await Promise.resolve();
    this.kept = cursor;
  }

  override async at(nodes: readonly string[]): Promise<readonly PlacedNode[]> {
    await Promise.resolve();
    return this.all().filter(({ locator }) => nodes.includes(String(locator['node'])));
  }

  override async folders(nodes: readonly string[]): Promise<ReadonlySet<string>> {
    await Promise.resolve();
    const known = new Set(this.index.folders.values());
    return new Set(nodes.filter((node) => known.has(node)));
  }

  override async page(afterOid: Oid | null, limit: number): Promise<readonly PlacedNode[]> {
    await Promise.resolve();
    return this.all()
      .filter(({ blob }) => blob.oid > (afterOid ?? ''))
      .slice(0, limit);
  }

  private all(): PlacedNode[] {
    return [...this.database.objects.values()]
      .filter(({ state }) => state === 'stored')
      .sort((a, b) => (a.oid < b.oid ? -1 : 1))
      .flatMap(({ oid, sizeBytes, sha1, generation }) =>
        (this.database.placements.get(oid) ?? [])
          .filter(({ receipt }) => receipt.vault === this.vault)
          .map(({ receipt: { locator, storedBytes } }) => ({
            blob: { oid, sizeBytes, sha1 },
            locator,
            storedBytes,
            generation,
          })),
      );
  }
}
