import { Catalogue, type CatalogueObject, type Placement, type Repository } from '#application/ports/catalogue.js';
import type { Oid } from '#domain/oid.js';
import { pathKey, type RepositoryId, type RepositoryPath } from '#domain/repository/repository.js';
import { asObject, asPlacement, asRepository, OBJECT_COLUMNS, type ObjectRow } from './catalogue-rows.js';
import type { Database } from './database.js';
import type { PrismaClient } from './generated/client.js';
import { asked } from './prisma-client.js';

// A UUID column refuses anything else with an error, where "no such repository" is the answer.
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The read models `repositories`, `objects`, `placements` and `object_links`. */
export class PostgresCatalogue extends Catalogue {
  constructor(
    private readonly database: Database,
    private readonly prisma: PrismaClient,
  ) {
    super();
  }

  override async repository(path: RepositoryPath): Promise<Repository | null> {
    const row = await asked(this.prisma.repository.findUnique({ where: { pathKey: pathKey(path) } }));
    return row && asRepository(row);
  }

  override async repositoryById(id: RepositoryId): Promise<Repository | null> {
    if (!UUID.test(id)) return null;
    const row = await asked(this.prisma.repository.findUnique({ where: { id } }));
    return row && asRepository(row);
  }

  override async linkedObjects(
    repositoryId: RepositoryId,
    oids: readonly Oid[],
  ): Promise<ReadonlyMap<Oid, CatalogueObject>> {
    if (!UUID.test(repositoryId) || oids.length === 0) return new Map();
    return this.byOid({
      name: 'catalogue-linked-objects',
      text: `select ${OBJECT_COLUMNS} from object_links l join objects o using (oid)
        where l.repository_id = $1 and l.oid = any($2::text[])`,
      values: [repositoryId, oids],
    });
  }

  override async objects(oids: readonly Oid[]): Promise<ReadonlyMap<Oid, CatalogueObject>> {
    if (oids.length === 0) return new Map();
    const text = `select ${OBJECT_COLUMNS} from objects o where o.oid = any($1::text[])`;
    return this.byOid({ name: 'catalogue-objects', text, values: [oids] });
  }

  override async placements(oid: Oid): Promise<readonly Placement[]> {
    const rows = await asked(
      this.prisma.placement.findMany({
        where: { oid },
        include: { object: { select: { sizeBytes: true } } },
        orderBy: [{ placedAt: 'asc' }, { vault: 'asc' }],
        take: 100,
      }),
    );
    return rows.map(asPlacement);
  }

  override async unstored(olderThanMs: number, limit: number): Promise<readonly CatalogueObject[]> {
    const rows = await this.database.query<ObjectRow>({
      name: 'catalogue-unstored',
      text: `select ${OBJECT_COLUMNS} from objects o
        where o.state <> 'stored' and o.state = 'staged' and o.staged_at <= clock_timestamp() - $1 * interval '1 millisecond'
        order by o.staged_at, o.oid limit $2`,
      values: [olderThanMs, limit],
    });
    return rows.map(asObject);
  }

  private async byOid(statement: Parameters<Database['query']>[0]): Promise<ReadonlyMap<Oid, CatalogueObject>> {
    const rows = await this.database.query<ObjectRow>(statement);
    return new Map(rows.map((row) => [row.oid, asObject(row)]));
  }
}
