/** Bytes on their way in one direction of one call, and the most that its reader has to hold. */
export const WINDOW = 4 * 2 ** 20;
/** Larger pieces are cut: a channel that is busy with one frame cannot carry another. */
export const PIECE_BYTES = 2 ** 20;
/** What an item that is no piece of bytes counts for. */
const ITEM_WEIGHT = 16 * 1024;

export const weightOf = (value: unknown): number => (value instanceof Uint8Array ? value.length : ITEM_WEIGHT);

/** The parts of a value that fit into a frame each; an empty piece of bytes is left out. */
export const framesOf = (value: unknown): readonly unknown[] => {
  if (!(value instanceof Uint8Array)) return [value];
  const parts: Uint8Array[] = [];
  for (let at = 0; at < value.length; at += PIECE_BYTES) parts.push(value.subarray(at, at + PIECE_BYTES));
  return parts;
};
