/** So much of a block's memory may be something else than the block: what OpenPGP puts around its content. */
const SPARE_BYTES = 128;

/**
 * Frees the memory behind `bytes` now; nobody may hold or read them any more. Bytes that share their memory with others are
 * left to V8.
 *
 * Blocks live in memory that V8 only counts: for each 64 MiB more of it, it searches its whole heap for what has become free,
 * and that took more time than the encryption. What is freed here is never counted up.
 */
export const giveBack = ({ buffer, byteLength }: Uint8Array): void => {
  if (!(buffer instanceof ArrayBuffer) || byteLength === 0) return;
  if (buffer.byteLength - byteLength <= SPARE_BYTES) buffer.transfer(0);
};

/** Each piece may be used until the next one is asked for. */
export async function* lent(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    yield piece;
    giveBack(piece);
  }
}
