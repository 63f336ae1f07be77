import type { ByteRange } from '#application/ports/hot-tier.js';
import { Fault } from '#domain/fault/fault.js';

const SINGLE = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/;

/**
 * The one range that is asked for; null stands for the whole object, which is also the answer to several ranges and to
 * anything that is not of the form (RFC 9110 14.2 lets a server ignore them). `range.unsatisfiable` when it begins too late.
 */
export const parseRange = (header: string | undefined, sizeBytes: number): ByteRange | null => {
  const match = SINGLE.exec(header?.trim() ?? '');
  if (match === null) return null;
  const [, first, last, length] = match;
  if (first === undefined) return suffix(Number(length), sizeBytes);
  return fromTo(Number(first), last === '' ? Infinity : Number(last), sizeBytes);
};

const fromTo = (start: number, last: number, sizeBytes: number): ByteRange | null => {
  if (last < start) return null;
  if (start >= sizeBytes) throw new Fault('range.unsatisfiable', { sizeBytes });
  return { start, end: Math.min(last, sizeBytes - 1) };
};

const suffix = (length: number, sizeBytes: number): ByteRange => {
  if (length === 0 || sizeBytes === 0) throw new Fault('range.unsatisfiable', { sizeBytes });
  return { start: Math.max(0, sizeBytes - length), end: sizeBytes - 1 };
};

export const etagOf = (oid: string): string => `"${oid}"`;

/** True when the client has these bytes already: an oid never changes what it names. */
export const matches = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim())) ?? false;
