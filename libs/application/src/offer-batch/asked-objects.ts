import { Fault, isFault } from '#domain/fault/fault.js';
import { parseOid, parseSize, type Pointer } from '#domain/oid.js';

/** One object of a batch as it was asked for: what is echoed, and what it means or why it means nothing. */
export type AskedObject =
  | { readonly oid: string; readonly size: number; readonly pointer: Pointer }
  | { readonly oid: string; readonly size: number; readonly refusal: Fault };

/**
 * Reads each object by itself, in order and as often as it was sent: a bad one spoils nothing but its own place. One oid
 * with two sizes is refused in both places, since nothing tells which of them is right.
 */
export const readAskedObjects = (objects: readonly unknown[]): readonly AskedObject[] => {
  const read = objects.map(readAskedObject);
  const sizes = new Map<string, Set<number>>();
  for (const asked of read) {
    if ('pointer' in asked) sizes.set(asked.oid, (sizes.get(asked.oid) ?? new Set()).add(asked.size));
  }
  return read.map((asked) =>
    'pointer' in asked && (sizes.get(asked.oid)?.size ?? 0) > 1
      ? { oid: asked.oid, size: asked.size, refusal: new Fault('size.mismatch', { oid: asked.oid, sizes: 'several' }) }
      : asked,
  );
};

const readAskedObject = (value: unknown): AskedObject => {
  const { oid, size } = (typeof value === 'object' && value !== null ? value : {}) as { oid?: unknown; size?: unknown };
  // Clients read the echoed size as a 64-bit integer and fail the whole batch on anything else.
  const echo = { oid: typeof oid === 'string' ? oid : '', size: Number.isSafeInteger(size) ? (size as number) : 0 };
  try {
    return { ...echo, pointer: { oid: parseOid(oid), size: parseSize(size) } };
  } catch (error) {
    if (isFault(error)) return { ...echo, refusal: error };
    throw error;
  }
};
