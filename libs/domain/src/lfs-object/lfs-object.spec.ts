import fc from 'fast-check';
import { isFault } from '../fault/fault.js';
import type { FaultCode } from '../fault/faults.js';
import { parseOid, parseSha1 } from '../oid.js';
import type { LfsObjectEvent, Receipt } from './events.js';
import {
  absentObject,
  decide,
  evolve,
  foldObject,
  needsUpload,
  type LfsObject,
  type LfsObjectCommand,
} from './lfs-object.js';
import { objectStream } from './stream.js';

const oid = parseOid('a'.repeat(64));
const sha1 = parseSha1('b'.repeat(40));
const at = '2026-11-21T08:00:00.000Z';
const receipt = (sizeBytes = 5): Receipt => ({
  vault: 'v',
  locator: { path: 'p' },
  sizeBytes,
  storedBytes: sizeBytes + 1,
  sha1,
  verified: 'full',
});

const stage: LfsObjectCommand = { type: 'Stage', oid, sizeBytes: 5, sha1, adopted: false, at };
const recordStored = (generation = 1, sizeBytes = 5): LfsObjectCommand => ({
  type: 'RecordStored',
  oid,
  generation,
  receipt: receipt(sizeBytes),
  at,
});
const recordFailed = (generation = 1, code: FaultCode = 'vault.full'): LfsObjectCommand => ({
  type: 'RecordStoreFailed',
  oid,
  generation,
  code,
  at,
});
const losePlacement = (hot: boolean, generation = 1, vault = 'v'): LfsObjectCommand => ({
  type: 'LosePlacement',
  oid,
  vault,
  generation,
  reason: 'vault.absent',
  hot,
  at,
});
const redrive: LfsObjectCommand = { type: 'Redrive', oid, at };

const after = (...commands: readonly LfsObjectCommand[]): LfsObject =>
  commands.reduce((object, command) => decide(object, command).reduce(evolve, object), absentObject);
const staged = after(stage);
const stored = after(stage, recordStored());
const failed = after(stage, recordFailed());
const refusal = (object: LfsObject, command: LfsObjectCommand): string => {
  try {
    return decide(object, command).length === 0 ? 'nothing' : 'decided';
  } catch (error) {
    return isFault(error) ? error.code : 'not a fault';
  }
};

describe('staging', () => {
  it('stages an object that is absent, as its first generation', () => {
    expect(decide(absentObject, stage)).toEqual([
      { type: 'ObjectStaged', schema: 1, data: { oid, sizeBytes: 5, sha1, generation: 1, adopted: false, at } },
    ]);
  });

  it('stages one that has failed again, as the next generation', () => {
    expect(after(stage, recordFailed(), stage)).toEqual({ state: 'staged', sizeBytes: 5, sha1, generation: 2 });
  });

  it('has nothing to do when it is staged or stored', () => {
    expect([refusal(staged, stage), refusal(stored, stage)]).toEqual(['nothing', 'nothing']);
  });

  it.each([staged, stored, failed])('refuses a second size of one oid ($state)', (object) => {
    expect(refusal(object, { ...stage, sizeBytes: 6 })).toBe('size.mismatch');
  });
});

describe('storing', () => {
  it('makes a staged object stored, with its receipt', () => {
    expect(stored).toEqual({ state: 'stored', sizeBytes: 5, sha1, generation: 1, receipt: receipt() });
  });

  it('makes a failed one stored, when its last attempt got through after all', () => {
    expect(after(stage, recordFailed(), recordStored()).state).toBe('stored');
  });

  it('has nothing to do the second time', () => {
    expect([refusal(stored, recordStored()), refusal(stored, recordStored(7))]).toEqual(['nothing', 'nothing']);
  });

  it('refuses what was never staged', () => {
    expect(refusal(absentObject, recordStored())).toBe('object.absent');
  });

  it('refuses the result of another generation', () => {
    expect(refusal(after(stage, recordFailed(), redrive), recordStored(1))).toBe('job.stale');
  });

  it('refuses a receipt of another size', () => {
    expect(refusal(staged, recordStored(1, 6))).toBe('vault.corrupt');
  });
});

describe('giving up', () => {
  it('makes a staged object failed, and says why', () => {
    expect(failed).toEqual({ state: 'failed', sizeBytes: 5, sha1, generation: 1, code: 'vault.full' });
  });

  it('has nothing to do for an object that is absent, stored, failed or of another generation', () => {
    for (const object of [absentObject, stored, failed, after(stage, recordFailed(), redrive)])
      expect(refusal(object, recordFailed(1, 'staging.lost'))).toBe('nothing');
  });

  it('calls for a new upload only when the staged bytes are unusable', () => {
    expect((['staging.lost', 'staging.corrupt', 'vault.full', 'vault.refused'] as const).map(needsUpload)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('redriving', () => {
  it('stages a failed object again as the next generation', () => {
    expect(after(stage, recordFailed(), redrive)).toEqual({ state: 'staged', sizeBytes: 5, sha1, generation: 2 });
  });

  it('has nothing to do while the object is staged or stored', () => {
    expect([refusal(staged, redrive), refusal(stored, redrive)]).toEqual(['nothing', 'nothing']);
  });

  it('refuses an object that is absent', () => {
    expect(refusal(absentObject, redrive)).toBe('object.absent');
  });
});

describe('any history of an object', () => {
  const generation = fc.integer({ min: 1, max: 4 });
  const size = fc.constantFrom(5, 5, 5, 6);
  const command: fc.Arbitrary<LfsObjectCommand> = fc.oneof(
    size.map((sizeBytes): LfsObjectCommand => ({ type: 'Stage', oid, sizeBytes, sha1, adopted: false, at })),
    fc.tuple(generation, size).map(([number, sizeBytes]) => recordStored(number, sizeBytes)),
    generation.map((number) => recordFailed(number)),
    fc.constant(redrive),
  );

  /** What was decided in turn; a refused command leaves nothing behind. */
  const history = (commands: readonly LfsObjectCommand[]) => {
    const events: LfsObjectEvent[] = [];
    const states: LfsObject[] = [absentObject];
    for (const each of commands) {
      const before = states.at(-1) ?? absentObject;
      try {
        const decided = decide(before, each);
        events.push(...decided);
        states.push(decided.reduce(evolve, before));
      } catch (error) {
        if (!isFault(error)) throw error;
      }
    }
    return { events, states };
  };
  const histories = fc.array(command, { maxLength: 25 }).map(history);
  const generationOf = (object: LfsObject): number => (object.state === 'absent' ? 0 : object.generation);

  it('folds to the state that was decided on', () => {
    fc.assert(fc.property(histories, ({ events, states }) => expect(foldObject(events)).toEqual(states.at(-1))));
  });

  it('stays stored once it is', () => {
    fc.assert(
      fc.property(histories, ({ states }) => {
        const first = states.findIndex(({ state }) => state === 'stored');
        expect(states.slice(first === -1 ? states.length : first).every(({ state }) => state === 'stored')).toBe(true);
      }),
    );
  });

  it('never lowers its generation, and raises it by one', () => {
    fc.assert(
      fc.property(histories, ({ states }) => {
        for (const [index, state] of states.slice(1).entries()) {
          const step = generationOf(state) - generationOf(states[index] ?? absentObject);
          expect([0, 1]).toContain(step);
        }
      }),
    );
  });

  it('never changes its size', () => {
    fc.assert(
      fc.property(histories, ({ states }) => {
        const sizes = new Set(states.flatMap((object) => (object.state === 'absent' ? [] : [object.sizeBytes])));
        expect(sizes.size).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('has nothing to do when a command that took effect is said again', () => {
    fc.assert(
      fc.property(histories, command, ({ states }, again) => {
        const before = states.at(-1) ?? absentObject;
        const once = refusal(before, again) === 'decided' ? decide(before, again).reduce(evolve, before) : before;
        fc.pre(once !== before);
        expect(refusal(once, again)).toBe('nothing');
      }),
    );
  });

  it('is kept in a stream of its own', () => {
    expect(objectStream(oid)).toBe(`object-${oid}`);
  });
});

describe('losing a placement', () => {
  const lost = {
    type: 'PlacementLost',
    schema: 1,
    data: { oid, vault: 'v', generation: 1, reason: 'vault.absent', at },
  };

  it('lets a stored object fail, so that whoever has it is asked to send it again', () => {
    expect(decide(stored, losePlacement(false))).toEqual([lost]);
    expect(after(stage, recordStored(), losePlacement(false))).toEqual({
      ...{ state: 'failed', sizeBytes: 5, sha1, generation: 1, code: 'vault.absent' },
    });
    expect(needsUpload('vault.absent')).toBe(true);
    expect(after(stage, recordStored(), losePlacement(false), stage)).toMatchObject({ state: 'staged', generation: 2 });
  });

  it('stages it anew in the same breath while the bytes are hot', () => {
    const redriven = { type: 'StoreRedriven', schema: 1, data: { oid, generation: 2, at } };
    expect(decide(stored, losePlacement(true))).toEqual([lost, redriven]);
    const again = after(stage, recordStored(), losePlacement(true));
    expect(again).toEqual({ state: 'staged', sizeBytes: 5, sha1, generation: 2 });
    expect(decide(again, recordStored(2)).reduce(evolve, again)).toEqual({ ...stored, generation: 2 });
  });

  it('has nothing to do the second time, nor when it is another placement that was looked for', () => {
    const gone = after(stage, recordStored(), losePlacement(false));
    const refusals = [absentObject, staged, failed, gone].map((object) => refusal(object, losePlacement(true)));
    expect(refusals).toEqual(['nothing', 'nothing', 'nothing', 'nothing']);
    expect(refusal(stored, losePlacement(true, 2))).toBe('nothing');
    expect(refusal(stored, losePlacement(true, 1, 'another'))).toBe('nothing');
  });
});
