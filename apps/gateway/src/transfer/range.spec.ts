import { isFault } from '#domain/fault/fault.js';
import { matches, parseRange } from './range.js';

describe('a range', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-', { start: 0, end: 99 }],
    ['bytes=10-19', { start: 10, end: 19 }],
    ['bytes=90-1000', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    [undefined, null],
    ['', null],
    ['bytes=-', null],
    ['bytes=20-10', null],
    ['bytes=0-1,5-6', null],
    ['items=0-1', null],
    ['bytes=a-b', null],
    ['bytes=1e3-', null],
  ])('of %s is %j of a hundred bytes', (header, range) => {
    expect(parseRange(header, 100)).toEqual(range);
  });

  it.each(['bytes=100-', 'bytes=5000-6000', 'bytes=-0'])('of %s cannot be satisfied', (header) => {
    expect(() => parseRange(header, 100)).toThrow('range.unsatisfiable');
    try {
      parseRange(header, 100);
    } catch (error) {
      expect(isFault(error, 'range.unsatisfiable')).toBe(true);
    }
  });
});

describe('an entity tag', () => {
  it('matches itself in a list, weak or as a star', () => {
    for (const given of ['"a"', 'W/"a"', '*', '"b", "a"']) expect(matches(given, '"a"')).toBe(true);
    for (const given of [undefined, '', '"b"', 'a']) expect(matches(given, '"a"')).toBe(false);
  });
});
