/**
 * Frees the memory behind `bytes` now; nobody may hold or read them any more. Bytes that share their memory with more than
 * `spareBytes` others are left to V8.
 *
 * Large buffers lie outside V8's heap, where V8 only counts them: for each 64 MiB more, it searches its whole heap for what
 * has become free. When bytes stream, that takes as much time as hashing or encrypting them. What is freed here is never
 * counted up.
 */
export const giveBack = ({ buffer, byteLength }: Uint8Array, spareBytes = 0): void => {
  if (!(buffer instanceof ArrayBuffer) || byteLength === 0) return;
  if (buffer.byteLength - byteLength <= spareBytes) buffer.transfer(0);
};

/** Each piece may be used until the next one is asked for. */
export async function* lent(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    yield piece;
    giveBack(piece);
  }
}
