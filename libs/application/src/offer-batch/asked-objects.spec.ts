import fc from 'fast-check';
import { readAskedObjects } from './asked-objects.js';

const oid = 'a'.repeat(64);

describe('the objects of a batch', () => {
  it('are read each in its place, as often as they were sent', () => {
    const read = readAskedObjects([{ oid, size: 1 }, null, { oid, size: 1 }]);
    expect(read.map((asked) => ('pointer' in asked ? asked.pointer : asked.refusal.code))).toEqual([
      { oid, size: 1 },
      'oid.malformed',
      { oid, size: 1 },
    ]);
  });

  it('are refused in every place when one oid comes with two sizes', () => {
    const read = readAskedObjects([
      { oid, size: 1 },
      { oid, size: 2 },
    ]);
    expect(read.map((asked) => 'refusal' in asked && asked.refusal.code)).toEqual(['size.mismatch', 'size.mismatch']);
  });

  it('are echoed in a form that every client can read, whatever was sent', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.record({ oid: fc.oneof(fc.constant(oid), fc.anything()), size: fc.anything() }),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 20 }), (objects) => {
        const read = readAskedObjects(objects);
        expect(read).toHaveLength(objects.length);
        for (const asked of read) {
          expect(typeof asked.oid).toBe('string');
          expect(Number.isSafeInteger(asked.size)).toBe(true);
          if ('pointer' in asked) expect(asked.pointer.size).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
