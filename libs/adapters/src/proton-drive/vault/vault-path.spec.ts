import fc from 'fast-check';
import { parseOid } from '#domain/oid.js';
import { folderPath, OBJECTS_PATH, placeOf, splitPath } from './vault-path.js';

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));
const oids = hex(64).map(parseOid);
const overflows = fc.nat({ max: 9999 });

describe('the path of an object in the vault', () => {
  it('fans out over two levels of 256 folders', () => {
    const oid = parseOid('ab12'.padEnd(64, '0'));
    expect(folderPath({ oid, overflow: 0 })).toBe('Ballast/v1/objects/ab/12');
    expect(folderPath({ oid, overflow: 3 })).toBe('Ballast/v1/objects/ab/12-3');
  });

  it('is read back as the place that it was made of', () => {
    fc.assert(
      fc.property(oids, overflows, (oid, overflow) => {
        const [first = '', leaf = ''] = folderPath({ oid, overflow })
          .slice(OBJECTS_PATH.length + 1)
          .split('/');
        expect(placeOf(first, leaf, oid)).toEqual({ oid, overflow });
      }),
    );
  });

  it('is one of its own for each place', () => {
    fc.assert(
      fc.property(oids, overflows, overflows, (oid, one, other) => {
        fc.pre(one !== other);
        expect(folderPath({ oid, overflow: one })).not.toBe(folderPath({ oid, overflow: other }));
      }),
    );
  });

  it('is nobody’s where something else lies', () => {
    const oid = 'ab12'.padEnd(64, '0');
    for (const [first, leaf, name] of [
      ['ab', '13', oid],
      ['aa', '12', oid],
      ['ab', '12-0', oid],
      ['ab', '12-01', oid],
      ['ab', '12-99999', oid],
      ['ab', '12 (1)', oid],
      ['ab', '12', `${oid} (1)`],
      ['ab', '12', oid.toUpperCase()],
      ['ab', '12', 'notes.txt'],
    ] as const)
      expect(placeOf(first, leaf, name)).toBeNull();
  });

  it('is taken apart into its folders', () => {
    expect(splitPath('a/b/c')).toEqual({ parent: 'a/b', name: 'c' });
    expect(splitPath('a')).toEqual({ parent: null, name: 'a' });
  });
});
