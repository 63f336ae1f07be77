import { createHash, randomBytes } from 'node:crypto';
import { copyHashed, SourceTooLong } from './hashed-copy.js';
import type { Pour, Room } from './pour.js';
import { SourceFailed } from './pull-source.js';
import type { WritableFile } from './writable-file.js';

const MiB = 2 ** 20;
const SIZE = 20 * MiB;
const SLAB = 512 * 1024;

class FileInMemory implements WritableFile {
  readonly bytes = Buffer.alloc(SIZE);

  async write(parts: readonly Uint8Array[], position: number): Promise<void> {
    this.bytes.set(Buffer.concat(parts), position);
  }

  async writeBack(): Promise<void> {}
  async sync(): Promise<void> {}
  async close(): Promise<void> {}
}

const signal = new AbortController().signal;
const plan = { maxBytes: SIZE, algorithms: ['sha256'], signal } as const;

/** Puts what fits into the room. */
const put = (room: Room | undefined, bytes: Buffer): number => {
  const target = room?.next() ?? null;
  if (target === null) return 0;
  const part = bytes.subarray(0, target.length);
  target.set(part);
  room?.took(part.length);
  return part.length;
};

/** Into the room as long as it lasts, and as pieces where there is none or `asPiece` says so. */
const pouring =
  (whole: Buffer, stepBytes: () => number, asPiece: () => boolean): Pour =>
  async (sink, room) => {
    for (let at = 0; at < whole.length;) {
      const step = whole.subarray(at, at + stepBytes());
      const fitted = asPiece() ? 0 : put(room, step);
      if (fitted === 0) await sink(Uint8Array.from(step));
      at += fitted === 0 ? step.length : fitted;
    }
  };

describe('room for a source in the slabs of a copy', () => {
  const whole = randomBytes(SIZE);
  const sha256 = createHash('sha256').update(whole).digest('hex');

  const inSteps = pouring(
    whole,
    () => 64 * 1024,
    () => false,
  );
  const anotherArrives = async (): Promise<void> => {
    const { digests } = await copyHashed(inSteps, new FileInMemory(), plan);
    expect(digests).toEqual([sha256]);
  };

  it.each([
    ['all of it there', () => 100_000, () => false],
    ['in steps that are slabs', () => SLAB, () => false],
    ['pieces between', () => 1 + Math.floor(Math.random() * 200_000), () => Math.random() < 0.5],
  ])('takes bytes in order: %s', async (_, stepBytes, asPiece) => {
    const file = new FileInMemory();
    const { bytes, digests } = await copyHashed(pouring(whole, stepBytes, asPiece), file, plan);
    expect(bytes).toBe(SIZE);
    expect(Buffer.compare(file.bytes, whole)).toBe(0);
    expect(digests).toEqual([sha256]);
  });

  it('is the same until bytes are there, and there is none for a small body', async () => {
    let small: Room | undefined;
    await copyHashed(async (_, room) => void (small = room), new FileInMemory(), { ...plan, maxBytes: MiB });
    expect(small).toBeUndefined();
    await copyHashed(
      async (_, room) => {
        expect(room?.next()?.byteOffset).toBe(room?.next()?.byteOffset);
        expect(room?.next()?.length).toBe(SLAB);
      },
      new FileInMemory(),
      plan,
    );
  });

  it('refuses bytes beyond the size', async () => {
    const tooMuch: Pour = async (_, room) => {
      for (;;) put(room, Buffer.alloc(SLAB));
    };
    const file = { ...new FileInMemory(), write: () => Promise.resolve(), writeBack: () => Promise.resolve() };
    const copy = copyHashed(tooMuch, file as unknown as WritableFile, plan);
    await expect(copy).rejects.toBeInstanceOf(SourceTooLong);
  });

  it('is given back by copies that fail, and by those that end with some of it unused', async () => {
    for (let round = 0; round < 200; round += 1) {
      const failing: Pour = async (_, room) => {
        put(room, Buffer.alloc(round));
        throw new Error('the client went away');
      };
      await expect(copyHashed(failing, new FileInMemory(), plan)).rejects.toBeInstanceOf(SourceFailed);
      await copyHashed(async (_, room) => void room?.next(), new FileInMemory(), plan);
    }
    await anotherArrives();
  });

  it('is not given to anybody else before the source has let it go', async () => {
    const call = new AbortController();
    const end = Promise.withResolvers<void>();
    const late: Pour = async (_, room) => {
      room?.next();
      await end.promise;
    };
    let failed = false;
    const copy = copyHashed(late, new FileInMemory(), { ...plan, signal: call.signal }).catch(() => (failed = true));
    call.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(failed).toBe(false);
    end.resolve();
    await copy;
    expect(failed).toBe(true);
  });

  it('is for sixteen copies at once, so that slow senders leave slabs to the others', async () => {
    const end = Promise.withResolvers<void>();
    const had: boolean[] = [];
    const slow: Pour = async (_, room) => {
      had.push(room?.next() !== null);
      await end.promise;
    };
    const copies = Array.from({ length: 20 }, () => copyHashed(slow, new FileInMemory(), plan));
    expect(had.filter(Boolean)).toHaveLength(16);
    await anotherArrives();
    end.resolve();
    await Promise.all(copies);
  });
});
