import { Fault } from '#domain/fault/fault.js';
import { BATCH_OBJECTS_MAX, BatchRequest } from './batch.js';

export interface ReadBatch {
  readonly operation: 'upload' | 'download';
  /** Unchecked: each is answered in its own place. */
  readonly objects: readonly unknown[];
}

/**
 * Reads what a batch as a whole must be (LFS API, batch, "Requests"). Faults: `request.malformed`, `batch.unknown-operation`,
 * `batch.unsupported-hash` (the spec's 409), `batch.unsupported-transfer` (transfers are named, `basic` is not among them, and
 * the reply must name one of them), `batch.too-many-objects`.
 */
export const readBatch = (body: unknown): ReadBatch => {
  const parsed = BatchRequest.safeParse(body);
  if (!parsed.success) throw new Fault('request.malformed', { field: parsed.error.issues[0]?.path.join('.') });
  const { operation, objects, transfers, hash_algo: hash } = parsed.data;
  if (operation !== 'upload' && operation !== 'download') throw new Fault('batch.unknown-operation');
  if (hash != null && hash !== 'sha256') throw new Fault('batch.unsupported-hash');
  if (!takesBasic(transfers ?? [])) throw new Fault('batch.unsupported-transfer');
  if (objects.length > BATCH_OBJECTS_MAX) {
    throw new Fault('batch.too-many-objects', { objects: objects.length, limit: BATCH_OBJECTS_MAX });
  }
  return { operation, objects };
};

/** A client that names no transfers means basic. */
const takesBasic = (transfers: readonly string[]): boolean => transfers.length === 0 || transfers.includes('basic');
