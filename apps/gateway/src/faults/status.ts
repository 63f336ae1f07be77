import type { Fault } from '#domain/fault/fault.js';
import { FAULTS, type FaultCode, type FaultKind } from '#domain/fault/faults.js';

/**
 * The one table from what a fault means to what HTTP says. No 422: a client takes it on PUT and verify for success and
 * leaves refs that point at nothing (docs/git-lfs.md#no-422). No 502, 503, 504: a client dies at once of them, or sends
 * everything again; 429 with Retry-After is the only word for "later" that it knows (docs/git-lfs.md#ask-again).
 */
const STATUS_OF_KIND = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  gone: 410,
  conflict: 409,
  'too-large': 413,
  unsupported: 501,
  throttled: 429,
  unavailable: 429,
  exhausted: 507,
  corrupt: 500,
  bug: 500,
} as const satisfies Record<FaultKind, number>;

/** Where HTTP or the LFS specification has a word that is more exact than the kind's. */
const STATUS_OF_CODE: Partial<Record<FaultCode, number>> = {
  'repository.malformed': 404, // no repository can have such a name
  'oid.malformed': 404, // in a URL: nothing can be there
  'body.stalled': 408,
  'range.unsatisfiable': 416,
  'request.unsupported-media': 415,
  'request.not-acceptable': 406,
  'route.method-absent': 405,
  'batch.unknown-operation': 422,
  'batch.unsupported-transfer': 422,
};

/** Status of an answer. What a store was given up for decides about `object.store-failed`, which no waiting mends. */
export const statusOf = (fault: Fault): number => {
  if (fault.code === 'object.store-failed') return storeFailedStatus(fault);
  return STATUS_OF_CODE[fault.code] ?? STATUS_OF_KIND[fault.kind];
};

/**
 * Status of one object inside of a batch that is itself answered with 200. Here, and only here, 422 is right, and 503: it is
 * shown with its message and nothing is tried again, which is what a stop that waits for a person needs.
 */
export const objectStatusOf = (fault: Fault): number => {
  if (fault.code === 'object.store-failed') {
    const reason = reasonOf(fault.facts['reason']);
    return reason !== null && FAULTS[reason] === 'too-large' ? 413 : storeFailedStatus(fault);
  }
  return STATUS_OF_KIND_IN_BATCH[fault.kind] ?? statusOf(fault);
};

const STATUS_OF_KIND_IN_BATCH: Readonly<Partial<Record<FaultKind, number>>> = { invalid: 422, unavailable: 503 };

const storeFailedStatus = ({ facts }: Fault): number => {
  const reason = reasonOf(facts['reason']);
  return reason !== null && FAULTS[reason] === 'exhausted' ? 507 : 500;
};

const reasonOf = (reason: unknown): FaultCode | null =>
  typeof reason === 'string' && Object.hasOwn(FAULTS, reason) ? (reason as FaultCode) : null;

const RETRY_SOON_S = 5;
const RETRY_LATER_S = 15;

/** Seconds for `Retry-After`, never more than 30: old clients sleep for as long as they are told, without a word. */
export const retryAfterOf = ({ kind }: Fault): number => (kind === 'throttled' ? RETRY_SOON_S : RETRY_LATER_S);
