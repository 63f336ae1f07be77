import { createHash } from 'node:crypto';
import { Hashing } from '#application/ports/hashing.js';
import type { GrowingObject, HotTier, OpenObject } from '#application/ports/hot-tier.js';
import { isFault } from '#domain/fault/fault.js';
import { TestClock } from '#testing/memory/test-clock.js';
import { sampleObject } from '#testing/memory/memory-world.js';
import { FollowHydration, HELD_BACK_BYTES } from './follow-hydration.js';

class SpecHashing extends Hashing {
  override sha256() {
    const hash = createHash('sha256');
    return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.digest('hex') };
  }
}

/** A hot tier whose hydrations a spec writes by hand, one step for every time that somebody waits. */
class Scripted {
  attempt: Uint8Array | null = null;
  verified: Uint8Array | null = null;
  opened = 0;
  private readonly steps: (() => void)[] = [];

  then(step: () => void): this {
    this.steps.push(step);
    return this;
  }

  next(): void {
    this.steps.shift()?.();
  }

  get hotTier(): HotTier {
    const follow = async (): Promise<GrowingObject | null> => {
      if (this.attempt === null) return null;
      const mine = () => this.attempt ?? new Uint8Array();
      this.opened += 1;
      return {
        read: async (offset, limit) => mine().subarray(offset, offset + limit),
        close: async () => void (this.opened -= 1),
      };
    };
    const open = async (): Promise<OpenObject | null> => {
      const bytes = this.verified;
      if (bytes === null) return null;
      this.opened += 1;
      return {
        sizeBytes: bytes.length,
        read: async function* (range) {
          yield bytes.subarray(range?.start, (range?.end ?? bytes.length) + 1);
        },
        readInto: () => Promise.reject(new Error('not asked for here')),
        close: async () => void (this.opened -= 1),
      };
    };
    const holds = async (oids: readonly string[]) => new Set(this.verified === null ? [] : oids);
    return { follow, open, holds } as unknown as HotTier;
  }
}

class SteppingClock extends TestClock {
  constructor(private readonly script: Scripted) {
    super();
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await super.sleep(ms, signal);
    this.script.next();
  }
}

const object = sampleObject(300_000);
const small = sampleObject(1000);
const wrong = Uint8Array.from(object.bytes, (byte, at) => (at === 5 ? byte ^ 1 : byte));

const follow = async (script: Scripted, pointer = object, signal = new AbortController().signal) => {
  const following = new FollowHydration(script.hotTier, new SpecHashing(), new SteppingClock(script), 60_000);
  const sent: Uint8Array[] = [];
  try {
    for await (const chunk of following.bytes(pointer, signal)) sent.push(chunk);
    return { bytes: Buffer.concat(sent), fault: null };
  } catch (error) {
    return { bytes: Buffer.concat(sent), fault: isFault(error) ? error.code : 'other' };
  }
};

describe('following a hydration', () => {
  it('gives the bytes as they come and the end once the verified file is in place', async () => {
    const script: Scripted = new Scripted()
      .then(() => (script.attempt = object.bytes.subarray(0, 100_000)))
      .then(() => (script.attempt = object.bytes.subarray(0, 250_000)))
      .then(() => (script.attempt = object.bytes))
      .then(() => (script.verified = object.bytes));
    const { bytes, fault } = await follow(script);
    expect(fault).toBeNull();
    expect(bytes.equals(object.bytes)).toBe(true);
    expect(script.opened).toBe(0);
  });

  it('holds the end back when the bytes are right but the verified file never appears', async () => {
    const script: Scripted = new Scripted();
    script.attempt = object.bytes;
    const { bytes, fault } = await follow(script);
    expect(fault).toBe('vault.unavailable');
    expect(bytes.length).toBe(object.size - HELD_BACK_BYTES);
  });

  it('never completes what is not the object', async () => {
    const script: Scripted = new Scripted();
    script.attempt = wrong;
    script.verified = object.bytes; // somebody else's attempt was right: what was sent is wrong all the same
    const { bytes, fault } = await follow(script);
    expect(fault).toBe('vault.corrupt');
    expect(bytes.length).toBe(object.size - HELD_BACK_BYTES);
    expect(script.opened).toBe(0);
  });

  it('sends nothing at all of a small object that is not right', async () => {
    const script: Scripted = new Scripted();
    script.attempt = Uint8Array.from(small.bytes, (byte) => byte ^ 1);
    expect(await follow(script, small)).toEqual({ bytes: Buffer.alloc(0), fault: 'vault.corrupt' });
  });

  it('goes on from the same byte when an attempt dies and another begins', async () => {
    const script: Scripted = new Scripted()
      .then(() => (script.attempt = object.bytes.subarray(0, 200_000)))
      .then(() => (script.attempt = null))
      .then(() => (script.attempt = object.bytes.subarray(0, 50_000)))
      .then(() => (script.attempt = object.bytes))
      .then(() => (script.verified = object.bytes));
    expect((await follow(script)).bytes.equals(object.bytes)).toBe(true);
  });

  it('finds out when two attempts do not fit together', async () => {
    const script: Scripted = new Scripted()
      .then(() => (script.attempt = wrong.subarray(0, 200_000)))
      .then(() => (script.attempt = null))
      .then(() => (script.attempt = object.bytes))
      .then(() => (script.verified = object.bytes));
    expect((await follow(script)).fault).toBe('vault.corrupt');
  });

  it('takes the rest from the verified file when that is there first', async () => {
    const script: Scripted = new Scripted()
      .then(() => (script.attempt = object.bytes.subarray(0, 150_000)))
      .then(() => {
        script.attempt = null;
        script.verified = object.bytes;
      });
    expect((await follow(script)).bytes.equals(object.bytes)).toBe(true);
    expect(script.opened).toBe(0);
  });

  it('gives up when nothing comes for too long', async () => {
    expect(await follow(new Scripted())).toEqual({ bytes: Buffer.alloc(0), fault: 'vault.unavailable' });
  });

  it('stops when the reader goes away', async () => {
    const gone = new AbortController();
    const script: Scripted = new Scripted()
      .then(() => (script.attempt = object.bytes.subarray(0, 100_000)))
      .then(() => gone.abort());
    expect((await follow(script, object, gone.signal)).fault).toBeNull();
    expect(script.opened).toBe(0);
  });
});
