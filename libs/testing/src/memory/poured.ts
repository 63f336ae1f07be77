import type { Bytes } from '#application/ports/blob-store.js';
import type { Body } from '#application/ports/hot-tier.js';

/** Bytes as the body of an upload. */
export const poured =
  (bytes: Bytes | Iterable<Uint8Array>): Body =>
  async (sink) => {
    for await (const piece of bytes) await sink(piece);
  };
