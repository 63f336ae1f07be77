import type { FaultCode } from '#domain/fault/faults.js';
import type { Receipt } from '#domain/lfs-object/events.js';
import type { Oid, Sha1 } from '#domain/oid.js';
import type { AckMode, RepositoryId, RepositoryPath } from '#domain/repository/repository.js';

export interface Repository extends RepositoryPath {
  readonly id: RepositoryId;
  readonly ackMode: AckMode;
  readonly maxObjectBytes: number | null;
  readonly createdAt: Date;
}

/** An object as the inline projection has it: equal to the fold of its stream at every commit. */
export interface CatalogueObject {
  readonly oid: Oid;
  readonly sizeBytes: number;
  readonly sha1: Sha1;
  readonly state: 'staged' | 'stored' | 'failed';
  readonly generation: number;
  readonly failure: FaultCode | null;
  readonly stagedAt: Date;
  readonly storedAt: Date | null;
}

export interface Placement {
  readonly oid: Oid;
  readonly receipt: Receipt;
  readonly at: Date;
}

/** Read models of objects and repositories. Reads only; events write them. */
export abstract class Catalogue {
  abstract repository(path: RepositoryPath): Promise<Repository | null>;
  abstract repositoryById(id: RepositoryId): Promise<Repository | null>;
  /** Those of `oids` that this repository is linked to: nothing is told of an oid that only others hold. */
  abstract linkedObjects(repositoryId: RepositoryId, oids: readonly Oid[]): Promise<ReadonlyMap<Oid, CatalogueObject>>;
  abstract objects(oids: readonly Oid[]): Promise<ReadonlyMap<Oid, CatalogueObject>>;
  abstract placements(oid: Oid): Promise<readonly Placement[]>;
  /** Objects still staged after `olderThanMs`, oldest first, after `afterOid` for the next page. */
  abstract unstored(olderThanMs: number, limit: number): Promise<readonly CatalogueObject[]>;
}
