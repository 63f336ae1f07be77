import type { CatalogueObject, Placement, Repository } from '#application/ports/catalogue.js';
import type { FaultCode } from '#domain/fault/faults.js';
import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import type { Oid, Sha1 } from '#domain/oid.js';
import type { AckMode } from '#domain/repository/repository.js';
import type * as rows from './generated/client.js';

/** A row of `objects` as raw SQL returns it: 64-bit numbers as text. */
export interface ObjectRow {
  readonly oid: Oid;
  readonly size_bytes: string;
  readonly sha1: Sha1;
  readonly state: CatalogueObject['state'];
  readonly generation: number;
  readonly failure: FaultCode | null;
  readonly staged_at: Date;
  readonly stored_at: Date | null;
}

export const OBJECT_COLUMNS = 'o.oid, o.size_bytes, o.sha1, o.state, o.generation, o.failure, o.staged_at, o.stored_at';

export const asObject = (row: ObjectRow): CatalogueObject => ({
  oid: row.oid,
  sizeBytes: Number(row.size_bytes),
  sha1: row.sha1,
  state: row.state,
  generation: row.generation,
  failure: row.failure,
  stagedAt: row.staged_at,
  storedAt: row.stored_at,
});

export const asRepository = (row: rows.Repository): Repository => ({
  id: row.id,
  organization: row.organization,
  name: row.name,
  ackMode: row.ackMode as AckMode,
  maxObjectBytes: row.maxObjectBytes === null ? null : Number(row.maxObjectBytes),
  createdAt: row.createdAt,
});

export const asPlacement = (row: rows.Placement & { readonly object: { readonly sizeBytes: bigint } }): Placement => ({
  oid: row.oid as Oid,
  receipt: {
    vault: row.vault,
    locator: row.locator as Locator,
    sizeBytes: Number(row.object.sizeBytes),
    storedBytes: Number(row.storedBytes),
    sha1: row.sha1 as Sha1 | null,
    verified: row.verified as Receipt['verified'],
  },
  at: row.placedAt,
});
