import type { Frame } from './frame.js';
import { FrameReader, partsOf } from './frame-stream.js';

const FRAMES: readonly Frame[] = [
  {
    kind: 'call',
    id: 1,
    method: 'upload',
    args: [{ name: 'ü', sha1: null, at: new Date(0) }, undefined],
    streams: true,
  },
  { kind: 'item', id: 1, by: 'caller', value: Buffer.from('some bytes') },
  { kind: 'item', id: 1, by: 'caller', value: Buffer.alloc(0) },
  { kind: 'item', id: 1, by: 'callee', value: { name: 'no bytes' } },
  { kind: 'end', id: 1, by: 'caller', error: { code: 'vault.full', facts: {} } },
];

const stream = (): Buffer => Buffer.concat(FRAMES.flatMap(partsOf));
const read = (chunks: readonly Uint8Array[]): readonly Frame[] => {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (const chunk of chunks) reader.push(chunk);
  return frames;
};

describe('frames over a stream', () => {
  it.each([1, 2, 7, 8, 9, 64, 100_000])('come out as they went in, in chunks of %d bytes', (step) => {
    const bytes = stream();
    const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) =>
      bytes.subarray(index * step, (index + 1) * step),
    );
    expect(read(chunks)).toEqual(FRAMES);
  });

  it('hold none of the memory that they were read from', () => {
    const bytes = stream();
    const frames = read([bytes]);
    bytes.fill(0);
    expect(frames).toEqual(FRAMES);
  });

  it('give each piece memory of its own, and send it without a copy', () => {
    const value = Buffer.alloc(100, 1);
    const parts = partsOf({ kind: 'item', id: 1, by: 'caller', value });
    expect(parts.at(-1)).toBe(value);
    const [frame] = read([Buffer.concat(parts)]);
    if (frame?.kind !== 'item') throw new Error('no item');
    expect((frame.value as Buffer).buffer.byteLength).toBe(100);
  });

  it.each([
    ['a length of nothing', [0, 0]],
    ['words without end', [2 ** 32 - 1, 0]],
    ['bytes without end', [10, 2 ** 32 - 1]],
  ])('refuse %s', (_, [words = 0, bytes = 0]) => {
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(words, 0);
    lengths.writeUInt32BE(bytes, 4);
    expect(() => read([lengths])).toThrow(RangeError);
  });
});
