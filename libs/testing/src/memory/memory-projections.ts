import type { CatalogueObject } from '#application/ports/catalogue.js';
import type { RecordedEvent } from '#application/ports/event-store.js';
import type { LfsObjectEvent } from '#domain/lfs-object/events.js';
import type { ObjectLinkEvent } from '#domain/object-link/object-link.js';
import type { RepositoryEvent } from '#domain/repository/repository.js';
import type { TokenEvent } from '#domain/token/token.js';
import type { MemoryDatabase } from './memory-database.js';

/** What the inline projections of PostgreSQL do, on maps. */
export const project = (database: MemoryDatabase, event: RecordedEvent): void => {
  switch (event.type) {
    case 'ObjectStaged':
    case 'ObjectStored':
    case 'StoreFailed':
    case 'StoreRedriven':
    case 'PlacementLost':
      return projectObject(database, event);
    case 'ObjectLinked':
      return projectLink(database, event);
    case 'RepositoryCreated':
    case 'AckModeSet':
      return projectRepository(database, event);
    case 'TokenIssued':
    case 'TokenRevoked':
      return projectToken(database, event);
    case 'BreakerOpened':
    case 'BreakerClosed':
    case 'SessionOpened':
    case 'SessionClosed':
      // MemoryVaultConditions reads the events themselves.
      return;
  }
};

const projectObject = (database: MemoryDatabase, event: LfsObjectEvent): void => {
  const { oid, generation, at } = event.data;
  if (event.type === 'ObjectStaged') {
    const { sizeBytes, sha1 } = event.data;
    database.objects.set(oid, {
      oid,
      sizeBytes,
      sha1,
      generation,
      state: 'staged',
      failure: null,
      stagedAt: new Date(at),
      storedAt: null,
    });
    return;
  }
  const before = database.objects.get(oid);
  if (!before) throw new Error(`${event.type} of an object that was never staged`);
  database.objects.set(oid, { ...before, ...change(event), generation });
  if (event.type === 'ObjectStored') {
    const { receipt } = event.data;
    const others = (database.placements.get(oid) ?? []).filter(
      (placement) => placement.receipt.vault !== receipt.vault,
    );
    database.placements.set(oid, [...others, { oid, receipt, at: new Date(at) }]);
  }
  if (event.type === 'PlacementLost') {
    const left = (database.placements.get(oid) ?? []).filter(({ receipt }) => receipt.vault !== event.data.vault);
    database.placements.set(oid, left);
  }
};

const change = (event: Exclude<LfsObjectEvent, { type: 'ObjectStaged' }>): Partial<CatalogueObject> => {
  switch (event.type) {
    case 'ObjectStored':
      return { state: 'stored', failure: null, storedAt: new Date(event.data.at) };
    case 'StoreFailed':
      return { state: 'failed', failure: event.data.code };
    case 'StoreRedriven':
      return { state: 'staged', failure: null, stagedAt: new Date(event.data.at) };
    case 'PlacementLost':
      return { state: 'failed', failure: event.data.reason, storedAt: null };
  }
};

const projectLink = (database: MemoryDatabase, { data }: ObjectLinkEvent): void => {
  database.links.add(`${data.repositoryId} ${data.oid}`);
};

const projectRepository = (database: MemoryDatabase, event: RepositoryEvent): void => {
  if (event.type === 'RepositoryCreated') {
    const { repositoryId, organization, name, ackMode, maxObjectBytes, at } = event.data;
    database.repositories.set(repositoryId, {
      id: repositoryId,
      organization,
      name,
      ackMode,
      maxObjectBytes,
      createdAt: new Date(at),
    });
    return;
  }
  const before = database.repositories.get(event.data.repositoryId);
  if (before) database.repositories.set(before.id, { ...before, ackMode: event.data.ackMode });
};

const projectToken = (database: MemoryDatabase, event: TokenEvent): void => {
  if (event.type === 'TokenIssued') {
    const { tokenId, digest, name, repositories, access, expiresAt } = event.data;
    const token = {
      id: tokenId,
      name,
      repositories,
      access,
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
      revokedAt: null,
    };
    database.tokens.set(tokenId, { digest, token });
    return;
  }
  const before = database.tokens.get(event.data.tokenId);
  if (before)
    database.tokens.set(before.token.id, { ...before, token: { ...before.token, revokedAt: new Date(event.data.at) } });
};
