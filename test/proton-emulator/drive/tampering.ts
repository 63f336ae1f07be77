import type { Drive } from './drive.js';

/** The ciphertext as a rotten disk would give it: a bit flipped, its end missing, or another block's. */
export async function falsified(
  drive: Drive,
  block: { readonly blockId: string; readonly bytes: Buffer },
  how: 'flip' | 'truncate' | 'swap',
): Promise<Buffer> {
  const { blockId, bytes } = block;
  switch (how) {
    case 'flip': {
      const flipped = Buffer.from(bytes);
      const middle = flipped.length >> 1;
      flipped[middle] = (flipped[middle] ?? 0) ^ 1;
      return flipped;
    }
    case 'truncate':
      return bytes.subarray(0, Math.max(1, bytes.length - 100));
    case 'swap': {
      const other = drive.allBlockIds().find((id) => id !== blockId);
      const swapped = other === undefined ? null : await drive.world.store.block(other);
      return swapped ?? Buffer.alloc(bytes.length);
    }
  }
}
