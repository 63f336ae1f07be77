import { Pieces } from './pieces.js';

const piece = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const moved = (pieces: Pieces, bytes: number): string => {
  const target = new Uint8Array(new SharedArrayBuffer(bytes));
  return Buffer.from(target.slice(0, pieces.moveInto(target))).toString();
};

describe('pieces of a source', () => {
  it('move in order, however the targets cut them', () => {
    const pieces = new Pieces(false);
    for (const text of ['abc', 'd', 'efghij']) pieces.add(piece(text));
    expect([moved(pieces, 2), moved(pieces, 5), moved(pieces, 9)]).toEqual(['ab', 'cdefg', 'hij']);
    expect([pieces.bytes, pieces.count]).toEqual([0, 0]);
  });

  it('give their memory back when they are owned, as soon as all of a piece has moved', () => {
    const pieces = new Pieces(true);
    const [first, second] = [piece('abc'), piece('def')];
    pieces.add(first);
    pieces.add(second);
    expect(moved(pieces, 4)).toBe('abcd');
    expect([first.length, second.length]).toEqual([0, 3]);
    expect(moved(pieces, 4)).toBe('ef');
    expect(second.length).toBe(0);
  });

  it('become one where nothing has been taken of it, and where something has', () => {
    const pieces = new Pieces(false);
    expect(pieces.join()).toHaveLength(0);
    for (const text of ['abc', 'def']) pieces.add(piece(text));
    moved(pieces, 1);
    expect(Buffer.from(pieces.join()).toString()).toBe('bcdef');
    expect([pieces.bytes, pieces.count]).toEqual([5, 1]);
    expect(moved(pieces, 9)).toBe('bcdef');
  });
});
