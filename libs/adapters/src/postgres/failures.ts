import { Fault, isFault } from '#domain/fault/fault.js';

/** SQLSTATEs of our own, raised by functions of the migrations. */
const VERSION_DEMANDED = 'BL001';
const LEASE_DEMANDED = 'BL002';

const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
// What pg says without a code when a socket dies or the pool has nothing to give in time.
const UNCODED =
  /connection terminated|connection error|timeout exceeded when trying to connect|client was closed|pool after calling end|not queryable/i;
// 08 connection, 53 out of resources, 57P shut down or starting up, 25P03 cut off while idle, 58 trouble with its files.
const UNAVAILABLE = /^(?:08|53|57P|58)|^25P03$/;
// Deadlock, serialization failure, lock not available: another try may pass.
const CONTENDED = /^(?:40001|40P01|55P03)$/;

interface DatabaseError {
  readonly code?: string;
  readonly constraint?: string;
  readonly message?: string;
}

/** True when nothing is known of what was asked: the database could not be reached, or the answer was lost. */
export const isOutage = (error: unknown): boolean => {
  if (isFault(error)) return error.code === 'database.unavailable';
  const { code, message } = error as DatabaseError;
  if (code === undefined || code === '') return UNCODED.test(message ?? '');
  return NETWORK.has(code) || UNAVAILABLE.test(code);
};

/** True when the same thing may well succeed if it is tried again. */
export const isTransient = (error: unknown): boolean =>
  isOutage(error) || CONTENDED.test((error as DatabaseError).code ?? '');

/** What an error of pg means for the callers of the ports; anything unknown passes as it is, and counts as a bug. */
export const translate = (error: unknown): unknown => {
  if (isFault(error)) return error;
  if (isOutage(error))
    return new Fault('database.unavailable', { code: (error as DatabaseError).code }, { cause: error });
  const { code, constraint } = error as DatabaseError;
  if (code === VERSION_DEMANDED || constraint === 'events_stream_version' || CONTENDED.test(code ?? '')) {
    return new Fault('stream.version-conflict', { code }, { cause: error });
  }
  if (code === LEASE_DEMANDED) return new Fault('lease.lost', {}, { cause: error });
  if (constraint === 'repositories_path_key_key') return new Fault('repository.exists', {}, { cause: error });
  return error;
};
