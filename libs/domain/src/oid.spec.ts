import fc from 'fast-check';
import { isFault } from './fault/fault.js';
import { isOid, parseOid, parseSha1, parseSize } from './oid.js';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const faultOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return isFault(error) ? error.code : 'not a fault';
  }
  return 'nothing thrown';
};

describe('an oid', () => {
  it('is any 64 lower-case hex digits', () => {
    fc.assert(fc.property(hex(64), (text) => isOid(text) && parseOid(text) === text));
  });

  it('is nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string()), (value) => {
        fc.pre(!(typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)));
        expect(faultOf(() => parseOid(value))).toBe('oid.malformed');
      }),
    );
  });

  it.each([
    ['upper case', 'A'.repeat(64)],
    ['63 digits', 'a'.repeat(63)],
    ['65 digits', 'a'.repeat(65)],
    ['a line feed at the end', `${'a'.repeat(64)}\n`],
    ['a NUL at the end', `${'a'.repeat(64)}\0`],
    ['a prefix', `sha256:${'a'.repeat(64)}`],
    ['a path', `../${'a'.repeat(61)}`],
    ['full-width digits', '１'.repeat(64)],
    ['a list of one oid', ['a'.repeat(64)]],
    ['nothing', undefined],
  ])('is not %s', (_, value) => {
    expect(isOid(value)).toBe(false);
    expect(faultOf(() => parseOid(value))).toBe('oid.malformed');
  });

  it('is not repeated in the fault, since it is whatever a client typed', () => {
    expect(() => parseOid('secret')).toThrow(expect.objectContaining({ facts: {}, message: 'oid.malformed' }) as Error);
  });
});

describe('a SHA-1', () => {
  it('is 40 lower-case hex digits and nothing else', () => {
    fc.assert(fc.property(hex(40), (text) => parseSha1(text) === text));
    for (const wrong of ['', 'a'.repeat(39), 'a'.repeat(41), 'A'.repeat(40), `${'a'.repeat(40)}\n`])
      expect(faultOf(() => parseSha1(wrong))).toBe('oid.malformed');
  });
});

describe('a size', () => {
  it('is any whole number of bytes that a double holds exactly', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (size) => parseSize(size) === size));
    expect(parseSize(Number.MAX_SAFE_INTEGER)).toBe(2 ** 53 - 1);
  });

  it.each([-1, 0.5, 2 ** 53, 2 ** 53 + 2, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n, null, undefined, [1], true])(
    'is not %p',
    (value) => expect(faultOf(() => parseSize(value))).toBe('size.malformed'),
  );
});
