import { createHash } from 'node:crypto';
import { Hashing, type RunningHash } from '#application/ports/hashing.js';

export class NodeHashing extends Hashing {
  override sha256(): RunningHash {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
  }
}
