import { createHash, randomUUID } from 'node:crypto';
import type { DomainEvent, EventOf } from '#domain/event/domain-event.js';
import type { EventContext } from '#domain/event/event.js';
import type { Receipt } from '#domain/lfs-object/events.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import { linkStream } from '#domain/object-link/object-link.js';
import { parseOid, parseSha1, type Oid } from '#domain/oid.js';
import { repositoryStream, type RepositoryId } from '#domain/repository/repository.js';
import { tokenStream } from '#domain/token/token.js';
import type { Commit, EventStore, StreamWrite } from '#application/ports/event-store.js';

export const context: EventContext = {
  correlationId: 'request-1',
  causationId: 'cause-1',
  actor: 'service:spec',
  traceparent: '00-1-2-01',
};

/** An oid of its own for each call. */
export const someOid = (): Oid => parseOid(createHash('sha256').update(randomUUID()).digest('hex'));
export const someSha1 = parseSha1('a'.repeat(40));
export const AT = '2026-01-02T03:04:05.678Z';

export const staged = (oid: Oid, generation = 1, sizeBytes = 1234): EventOf<'ObjectStaged'> => ({
  type: 'ObjectStaged',
  schema: 1,
  data: { oid, sizeBytes, sha1: someSha1, generation, adopted: false, at: AT },
});

export const receipt = (vault = 'home', sizeBytes = 1234): Receipt => ({
  vault,
  locator: { path: 'objects/aa/bb', revision: 3 },
  sizeBytes,
  storedBytes: sizeBytes + 16,
  sha1: someSha1,
  verified: 'full',
});

export const stored = (oid: Oid, generation = 1, held = receipt()): EventOf<'ObjectStored'> => ({
  type: 'ObjectStored',
  schema: 1,
  data: { oid, generation, receipt: held, at: AT },
});

export const storeFailed = (oid: Oid, generation = 1): EventOf<'StoreFailed'> => ({
  type: 'StoreFailed',
  schema: 1,
  data: { oid, generation, code: 'vault.full', at: AT },
});

export const placementLost = (oid: Oid, generation = 1, vault = 'proton-drive'): EventOf<'PlacementLost'> => ({
  type: 'PlacementLost',
  schema: 1,
  data: { oid, vault, generation, reason: 'vault.absent', at: AT },
});

export const redriven = (oid: Oid, generation = 2): EventOf<'StoreRedriven'> => ({
  type: 'StoreRedriven',
  schema: 1,
  data: { oid, generation, at: AT },
});

export const linked = (repositoryId: RepositoryId, oid: Oid, sizeBytes = 1234): EventOf<'ObjectLinked'> => ({
  type: 'ObjectLinked',
  schema: 1,
  data: { repositoryId, oid, sizeBytes, batchId: null, at: AT },
});

export const onObject = (oid: Oid, expectedVersion: number, ...events: DomainEvent[]): Commit => ({
  writes: [{ stream: objectStream(oid), expectedVersion, events }],
  context,
});

export const linkWrite = (repositoryId: RepositoryId, oid: Oid): StreamWrite => ({
  stream: linkStream(repositoryId, oid),
  expectedVersion: 0,
  events: [linked(repositoryId, oid)],
});

/** Creates a repository and returns its id. */
export const createRepository = async (events: EventStore, name = `r${randomUUID()}`): Promise<RepositoryId> => {
  const repositoryId = randomUUID();
  const created: DomainEvent = {
    type: 'RepositoryCreated',
    schema: 1,
    data: { repositoryId, organization: 'Acme', name, ackMode: 'stored', maxObjectBytes: null, at: AT },
  };
  await events.append({
    writes: [{ stream: repositoryStream(repositoryId), expectedVersion: 0, events: [created] }],
    context,
  });
  return repositoryId;
};

/** Issues a token and returns its id and digest. */
export const issueToken = async (
  events: EventStore,
): Promise<{ readonly tokenId: string; readonly digest: string }> => {
  const tokenId = randomUUID();
  const digest = createHash('sha256').update(tokenId).digest('hex');
  const issued: DomainEvent = {
    type: 'TokenIssued',
    schema: 1,
    data: {
      tokenId,
      name: 'ci',
      digest,
      last4: 'abcd',
      repositories: ['acme/*'],
      access: 'write',
      expiresAt: AT,
      at: AT,
    },
  };
  await events.append({ writes: [{ stream: tokenStream(tokenId), expectedVersion: 0, events: [issued] }], context });
  return { tokenId, digest };
};

/** A whole upload: staged, linked to a repository, and stored. */
export const storeIn = async (events: EventStore, repositoryId: RepositoryId, oid = someOid()): Promise<Oid> => {
  const stage = onObject(oid, 0, staged(oid));
  await events.append({ writes: [...stage.writes, linkWrite(repositoryId, oid)], context });
  await events.append(onObject(oid, 1, stored(oid)));
  return oid;
};
