import { createHash, randomBytes } from 'node:crypto';
import { copyHashed } from './hashed-copy.js';
import { pulled } from './pour.js';
import type { WritableFile } from './writable-file.js';

const PIECE = 100_000;

class FileInMemory implements WritableFile {
  readonly bytes = Buffer.alloc(100 * PIECE);

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    this.bytes.set(Buffer.concat(parts), position);
  }

  async writeBack(): Promise<void> {}
  async sync(): Promise<void> {}
  async close(): Promise<void> {}
}

const copied = async (pieces: readonly Buffer[], ownsPieces: boolean) => {
  const file = new FileInMemory();
  const source = (async function* () {
    yield* pieces;
  })();
  const signal = new AbortController().signal;
  const plan = { maxBytes: 100 * PIECE, algorithms: ['sha256'], signal, ownsPieces } as const;
  return { file, ...(await copyHashed(pulled(source, signal), file, plan)) };
};

const pieces = (): readonly Buffer[] => Array.from({ length: 100 }, () => Buffer.from(randomBytes(PIECE).buffer));

describe('a copy that is hashed on its way', () => {
  it.each([false, true])('is whole, and its digest that of the source (pieces given away: %s)', async (ownsPieces) => {
    const source = pieces();
    const whole = Buffer.concat(source);
    const { file, bytes, digests } = await copied(source, ownsPieces);
    expect(bytes).toBe(whole.length);
    expect(Buffer.compare(file.bytes, whole)).toBe(0);
    expect(digests).toEqual([createHash('sha256').update(whole).digest('hex')]);
  });

  it('gives the memory of its pieces back when they are its own, and only then', async () => {
    const [lent, given] = [pieces(), pieces()];
    await copied(lent, false);
    await copied(given, true);
    const freed = (all: readonly Buffer[]): number => all.filter(({ byteLength }) => byteLength === 0).length;
    expect(freed(lent)).toBe(0);
    expect(freed(given)).toBe(given.length);
  });
});
