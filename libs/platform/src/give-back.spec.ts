import { describe, expect, it } from '@jest/globals';
import { giveBack, lent } from './give-back.js';

describe('memory that is given back', () => {
  it('is gone at once', () => {
    const bytes = Buffer.allocUnsafeSlow(4096);
    giveBack(bytes);
    expect(bytes.byteLength).toBe(0);
  });

  it('may have held a little beside the block', () => {
    const block = Buffer.allocUnsafeSlow(4096).subarray(100);
    giveBack(block, 99);
    expect(block.byteLength).toBe(3996);
    giveBack(block, 100);
    expect(block.byteLength).toBe(0);
  });

  it.each([
    ['a part of something larger', new Uint8Array(8192).subarray(0, 4096)],
    ['what node keeps in common memory', Buffer.from('small')],
    ['what threads share', new Uint8Array(new SharedArrayBuffer(16))],
    ['nothing', new Uint8Array(0)],
  ])('is not that of %s', (_, bytes) => {
    const before = bytes.byteLength;
    giveBack(bytes);
    expect(bytes.byteLength).toBe(before);
  });

  it('is that of a piece when the next one is asked for, and not before', async () => {
    const pieces = [Buffer.allocUnsafeSlow(10), Buffer.allocUnsafeSlow(10)];
    const lengths = (): readonly number[] => pieces.map(({ byteLength }) => byteLength);
    const reader = lent(
      (async function* () {
        yield* pieces;
      })(),
    );
    await reader.next();
    expect(lengths()).toEqual([10, 10]);
    await reader.next();
    expect(lengths()).toEqual([0, 10]);
    expect((await reader.next()).done).toBe(true);
    expect(lengths()).toEqual([0, 0]);
  });
});
