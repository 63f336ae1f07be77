import { Catalogue, type CatalogueObject, type Placement, type Repository } from '#application/ports/catalogue.js';
import type { Oid } from '#domain/oid.js';
import { pathKey, type RepositoryId, type RepositoryPath } from '#domain/repository/repository.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryCatalogue extends Catalogue {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  override async repository(path: RepositoryPath): Promise<Repository | null> {
    await Promise.resolve();
    return [...this.database.repositories.values()].find((known) => pathKey(known) === pathKey(path)) ?? null;
  }

  override async repositoryById(id: RepositoryId): Promise<Repository | null> {
    await Promise.resolve();
    return this.database.repositories.get(id) ?? null;
  }

  override async linkedObjects(
    repositoryId: RepositoryId,
    oids: readonly Oid[],
  ): Promise<ReadonlyMap<Oid, CatalogueObject>> {
    const found = await this.objects(oids);
    return new Map([...found].filter(([oid]) => this.database.links.has(`${repositoryId} ${oid}`)));
  }

  override async objects(oids: readonly Oid[]): Promise<ReadonlyMap<Oid, CatalogueObject>> {
    await Promise.resolve();
    return new Map(
      oids.flatMap((oid) => {
        const object = this.database.objects.get(oid);
        return object ? [[oid, object] as const] : [];
      }),
    );
  }

  override async placements(oid: Oid): Promise<readonly Placement[]> {
    await Promise.resolve();
    return this.database.placements.get(oid) ?? [];
  }

  override async unstored(olderThanMs: number, limit: number): Promise<readonly CatalogueObject[]> {
    await Promise.resolve();
    const before = this.database.clock.now().getTime() - olderThanMs;
    return [...this.database.objects.values()]
      .filter(({ state, stagedAt }) => state === 'staged' && stagedAt.getTime() <= before)
      .sort((a, b) => a.stagedAt.getTime() - b.stagedAt.getTime())
      .slice(0, limit);
  }
}
