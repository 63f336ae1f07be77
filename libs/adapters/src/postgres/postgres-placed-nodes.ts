import { PlacedNodes, type PlacedNode } from '#application/ports/placed-nodes.js';
import type { Locator } from '#domain/lfs-object/events.js';
import type { Oid, Sha1 } from '#domain/oid.js';
import type { Database } from './database.js';

interface PlacedRow {
  readonly oid: Oid;
  readonly size_bytes: string;
  readonly sha1: Sha1;
  readonly generation: number;
  readonly locator: Locator;
  readonly stored_bytes: string;
}

const PLACED = `select p.oid, o.size_bytes, o.sha1, o.generation, p.locator, p.stored_bytes
  from placements p join objects o using (oid) where p.vault = $1 and o.state = 'stored'`;

/** The read models `placements` and `vault_folders` by node, and the row of the watcher. */
export class PostgresPlacedNodes extends PlacedNodes {
  constructor(
    private readonly database: Database,
    private readonly vault: string,
  ) {
    super();
  }

  override async cursor(): Promise<string | null> {
    const [row] = await this.database.query<{ cursor: string }>({
      name: 'vault-cursor',
      text: 'select cursor from vault_cursors where vault = $1',
      values: [this.vault],
    });
    return row?.cursor ?? null;
  }

  override async moveTo(cursor: string): Promise<void> {
    await this.database.query({
      name: 'vault-cursor-move',
      text: `insert into vault_cursors (vault, cursor) values ($1, $2)
        on conflict (vault) do update set cursor = excluded.cursor, updated_at = clock_timestamp()`,
      values: [this.vault, cursor],
    });
  }

  override at(nodes: readonly string[]): Promise<readonly PlacedNode[]> {
    return this.placed({
      name: 'placed-nodes-at',
      text: `${PLACED} and p.locator ->> 'node' = any($2::text[])`,
      values: [this.vault, nodes],
    });
  }

  override async folders(nodes: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ uid: string }>({
      name: 'placed-nodes-folders',
      text: 'select uid from vault_folders where vault = $1 and uid = any($2::text[])',
      values: [this.vault, nodes],
    });
    return new Set(rows.map(({ uid }) => uid));
  }

  override page(afterOid: Oid | null, limit: number): Promise<readonly PlacedNode[]> {
    return this.placed({
      name: 'placed-nodes-page',
      text: `${PLACED} and p.oid > $2 order by p.oid limit $3`,
      values: [this.vault, afterOid ?? '', limit],
    });
  }

  private async placed(statement: Parameters<Database['query']>[0]): Promise<readonly PlacedNode[]> {
    const rows = await this.database.query<PlacedRow>(statement);
    return rows.map(({ oid, size_bytes, sha1, generation, locator, stored_bytes }) => ({
      blob: { oid, sizeBytes: Number(size_bytes), sha1 },
      locator,
      storedBytes: Number(stored_bytes),
      generation,
    }));
  }
}
