import fc from 'fast-check';
import { currentSchema, upcast, UPCASTERS, type Upcasters } from './upcast.js';

const KNOWN = new Set(['ObjectStaged', 'TokenRevoked']);

/** A type that has changed its form twice. */
const TWICE: Upcasters = {
  TokenRevoked: [
    ({ why, ...rest }) => ({ ...rest, reason: why }),
    ({ reason, ...rest }) => ({ ...rest, reason: String(reason), by: 'unknown' }),
  ],
};

describe('an event that is read', () => {
  it('stays as it is when it is of today’s form', () => {
    const event = { type: 'ObjectStaged', schema: 1, data: { oid: 'a' } };
    expect(upcast(event, KNOWN)).toEqual(event);
  });

  it.each([
    [1, { why: 'lost' }],
    [2, { reason: 'lost' }],
    [3, { reason: 'lost', by: 'unknown' }],
  ])('of schema %i takes only the steps that are left to it', (schema, data) => {
    expect(upcast({ type: 'TokenRevoked', schema, data }, KNOWN, TWICE)).toEqual({
      type: 'TokenRevoked',
      schema: 3,
      data: { reason: 'lost', by: 'unknown' },
    });
  });

  it('of a type that this build does not know is refused rather than skipped', () => {
    expect(() => upcast({ type: 'ObjectTeleported', schema: 1, data: {} }, KNOWN)).toThrow(
      expect.objectContaining({ code: 'event.unreadable', facts: { type: 'ObjectTeleported', schema: 1 } }) as Error,
    );
  });

  it('of a schema that this build does not know is refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ max: 0 }), fc.integer({ min: 4 }), fc.double({ noInteger: true })),
        (schema) => {
          expect(() => upcast({ type: 'TokenRevoked', schema, data: {} }, KNOWN, TWICE)).toThrow(
            expect.objectContaining({ code: 'event.unreadable' }) as Error,
          );
        },
      ),
    );
  });

  it('is not changed in place', () => {
    const stored = Object.freeze({ type: 'TokenRevoked', schema: 1, data: Object.freeze({ why: 'lost' }) });
    upcast(stored, KNOWN, TWICE);
    expect(stored.data).toEqual({ why: 'lost' });
  });
});

describe('the schema that is written', () => {
  it('is one more than there are steps', () => {
    expect(currentSchema('TokenRevoked', TWICE)).toBe(3);
    expect(currentSchema('ObjectStaged', TWICE)).toBe(1);
  });

  it('is 1 for every type while there are no steps in force', () => {
    expect(Object.values(UPCASTERS)).toEqual([]);
  });
});
