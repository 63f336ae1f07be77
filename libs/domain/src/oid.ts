import { Fault } from './fault/fault.js';

declare const brand: unique symbol;

/** SHA-256 of an object's bytes: exactly 64 lower-case hex digits (Git LFS spec, pointer file). */
export type Oid = string & { readonly [brand]: 'oid' };

/** SHA-1 of an object's bytes, 40 lower-case hex digits: a second, independent check that vaults can take. */
export type Sha1 = string & { readonly [brand]: 'sha1' };

/** The identity of an object as a pointer states it. `size` is in bytes. */
export interface Pointer {
  readonly oid: Oid;
  readonly size: number;
}

const OID = /^[0-9a-f]{64}$/;
const SHA1 = /^[0-9a-f]{40}$/;

export const isOid = (value: unknown): value is Oid => typeof value === 'string' && OID.test(value);

/** Accepts the one canonical form only: upper case, whitespace or a prefix is `oid.malformed`. */
export const parseOid = (value: unknown): Oid => {
  if (isOid(value)) return value;
  throw new Fault('oid.malformed');
};

/** Accepts 40 lower-case hex digits, else `oid.malformed`. */
export const parseSha1 = (value: string): Sha1 => {
  if (SHA1.test(value)) return value as Sha1;
  throw new Fault('oid.malformed', { expected: 'sha1' });
};

/** Accepts an exact number of bytes from 0 to 2^53-1, else `size.malformed`. */
export const parseSize = (value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Fault('size.malformed');
};
