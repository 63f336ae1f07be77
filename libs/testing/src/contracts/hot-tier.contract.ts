import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bytes } from '#application/ports/blob-store.js';
import type { HotTier, OpenObject } from '#application/ports/hot-tier.js';
import { chunked } from '#testing/memory/memory-world.js';
import { poured } from '#testing/memory/poured.js';
import { collected, expectBytes, objectOf } from './blob-store.contract.js';

export interface HotTierUnderTest {
  readonly hotTier: HotTier;
  /** What failed attempts have left behind; empty when nothing. */
  leftovers(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

const never = (): AbortSignal => new AbortController().signal;

/** A body that waits for `go` in the middle of its bytes. */
const held = (bytes: Uint8Array, go: Promise<unknown>, reached: () => void = () => undefined): Bytes =>
  (async function* () {
    const half = Math.floor(bytes.length / 2);
    yield* chunked(bytes.subarray(0, half));
    reached();
    await go;
    yield* chunked(bytes.subarray(half));
  })();

const readAll = async (opened: OpenObject | null): Promise<Uint8Array | null> => {
  if (opened === null) return null;
  try {
    return await collected(opened.read(null, never()));
  } finally {
    await opened.close();
  }
};

/** What every hot tier promises; see HotTier. */
export const describeHotTier = (name: string, make: () => Promise<HotTierUnderTest>): void => {
  describe(`the hot tier ${name}`, () => {
    let under: HotTierUnderTest;
    let hotTier: HotTier;

    beforeEach(async () => {
      under = await make();
      ({ hotTier } = under);
    });
    afterEach(() => under.dispose());

    const resident = async () => {
      const oids: string[] = [];
      for await (const { oid } of hotTier.residents()) oids.push(oid);
      return oids.sort();
    };

    it.each([0, 1, 65_537, 262_145, 1_048_576, 3_000_001])('receives %i bytes and gives them back', async (size) => {
      const object = objectOf(size);
      const staged = await hotTier.receive(object, poured(chunked(object.bytes, 50_000)), never());
      const sha1 = createHash('sha1').update(object.bytes).digest('hex');
      expect(staged).toEqual({ oid: object.oid, sizeBytes: size, sha1 });
      expectBytes(await readAll(await hotTier.open(object.oid)), object.bytes);
      expect(await under.leftovers()).toEqual([]);
    });

    it("fills a caller's buffer from any place, up to the end", async () => {
      const object = objectOf(100_000);
      await hotTier.receive(object, poured(chunked(object.bytes)), never());
      const opened = await hotTier.open(object.oid);
      const target = Buffer.alloc(60_000);
      expect(await opened?.readInto(target, 1)).toBe(60_000);
      expectBytes(target, object.bytes.subarray(1, 60_001));
      expect(await opened?.readInto(target, 60_001)).toBe(39_999);
      expectBytes(target.subarray(0, 39_999), object.bytes.subarray(60_001));
      expect(await opened?.readInto(target, 100_000)).toBe(0);
      await opened?.close();
    });

    it('receives a body of many tiny pieces', async () => {
      const object = objectOf(300_000);
      await hotTier.receive(object, poured(chunked(object.bytes, 77)), never());
      expectBytes(await readAll(await hotTier.open(object.oid)), object.bytes);
    });

    it.each([
      ['whose digest differs', 'digest.mismatch', (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1)],
      ['that is short', 'body.truncated', (bytes: Uint8Array) => bytes.subarray(1)],
      ['that is empty', 'body.truncated', () => new Uint8Array()],
      ['that is long', 'body.too-long', (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from('x')])],
    ])('refuses an upload %s and keeps nothing of it', async (_, code, spoil) => {
      const object = objectOf(600_000);
      await expect(hotTier.receive(object, poured(chunked(spoil(object.bytes))), never())).rejects.toMatchObject({
        code,
      });
      expect(await hotTier.open(object.oid)).toBeNull();
      expect(await under.leftovers()).toEqual([]);
    });

    it('stops reading one byte past the size', async () => {
      const object = objectOf(1000);
      let given = 0;
      const endless = async function* (): Bytes {
        for (;;) {
          given += 1000;
          yield object.bytes;
        }
      };
      await expect(hotTier.receive(object, poured(endless()), never())).rejects.toMatchObject({
        code: 'body.too-long',
      });
      expect(given).toBe(2000);
    });

    it('stops at the signal and keeps nothing', async () => {
      const object = objectOf(600_000);
      const stopping = new AbortController();
      const body = held(object.bytes, Promise.resolve(), () => stopping.abort(new Error('stopped')));
      await expect(hotTier.receive(object, poured(body), stopping.signal)).rejects.toThrow('stopped');
      expect(await hotTier.open(object.oid)).toBeNull();
      expect(await under.leftovers()).toEqual([]);
    });

    it('gives twenty uploads of one object at once the same answer', async () => {
      const object = objectOf(600_000);
      const uploads = Array.from({ length: 20 }, () => hotTier.receive(object, poured(chunked(object.bytes)), never()));
      const answers = await Promise.all(uploads);
      expect(new Set(answers.map(({ sha1 }) => sha1)).size).toBe(1);
      expect(await resident()).toEqual([object.oid]);
      expect(await under.leftovers()).toEqual([]);
    });

    it('keeps an object whose abandoned first attempt fails after the second succeeded', async () => {
      const object = objectOf(600_000);
      const broken = Promise.withResolvers<void>();
      const waiting = Promise.withResolvers<void>();
      const first = hotTier.receive(object, poured(held(object.bytes, broken.promise, waiting.resolve)), never());
      await waiting.promise;
      await hotTier.receive(object, poured(chunked(object.bytes)), never());
      broken.reject(new Error('the client went away'));
      await expect(first).rejects.toBeDefined();
      expectBytes(await readAll(await hotTier.open(object.oid)), object.bytes);
      expect(await under.leftovers()).toEqual([]);
    });

    it.each([
      [0, 0],
      [0, 99],
      [1000, 1_299_999],
      [1_299_999, 1_299_999],
      [262_143, 262_144],
    ])('reads bytes %i to %i of an object', async (start, end) => {
      const object = objectOf(1_300_000);
      await hotTier.receive(object, poured(chunked(object.bytes)), never());
      const opened = await hotTier.open(object.oid);
      const part = await collected(opened?.read({ start, end }, never()) ?? chunked(new Uint8Array()));
      await opened?.close();
      expectBytes(part, object.bytes.subarray(start, end + 1));
    });

    it('lets a reader finish while the object is evicted', async () => {
      const object = objectOf(1_300_000);
      await hotTier.receive(object, poured(chunked(object.bytes)), never());
      const opened = await hotTier.open(object.oid);
      await hotTier.evict(object.oid);
      await hotTier.evict(object.oid);
      expect(await hotTier.open(object.oid)).toBeNull();
      expectBytes(await readAll(opened), object.bytes);
    });

    it('tells which objects it holds', async () => {
      const [here, gone, never1] = [objectOf(10, 1), objectOf(10, 2), objectOf(10, 3)];
      await hotTier.receive(here, poured(chunked(here.bytes)), never());
      await hotTier.receive(gone, poured(chunked(gone.bytes)), never());
      await hotTier.evict(gone.oid);
      expect(await hotTier.holds([here.oid, gone.oid, never1.oid])).toEqual(new Set([here.oid]));
      expect(await resident()).toEqual([here.oid]);
      expect(await hotTier.usage()).toMatchObject({ objects: 1, bytes: 10, admitting: true });
    });

    it('lets a follower read a hydration as it grows, and no further', async () => {
      const object = objectOf(2_200_000);
      const go = Promise.withResolvers<void>();
      expect(await hotTier.follow(object.oid)).toBeNull();
      const filling = hotTier.fill(object, held(object.bytes, go.promise), never());
      let growing = await hotTier.follow(object.oid);
      for (let tries = 0; growing === null && tries < 100; tries += 1) {
        await delay(10);
        growing = await hotTier.follow(object.oid);
      }
      expect(await hotTier.open(object.oid)).toBeNull();
      const parts: Uint8Array[] = [];
      for (let offset = 0; offset < object.size;) {
        const part = Uint8Array.from((await growing?.read(offset, 100_000)) ?? []);
        parts.push(part);
        offset += part.length;
        if (part.length > 0) continue;
        expect(offset).toBeLessThanOrEqual(object.size / 2);
        break;
      }
      go.resolve();
      await filling;
      const before = Buffer.concat(parts);
      expectBytes(before, object.bytes.subarray(0, before.length));
      await growing?.close();
      expect(await hotTier.follow(object.oid)).toBeNull();
      expectBytes(await readAll(await hotTier.open(object.oid)), object.bytes);
    });

    it('refuses to fill with bytes that are not the object', async () => {
      const object = objectOf(600_000);
      const wrong = object.bytes.map((byte) => byte ^ 1);
      await expect(hotTier.fill(object, chunked(wrong), never())).rejects.toMatchObject({ code: 'vault.corrupt' });
      expect(await hotTier.open(object.oid)).toBeNull();
      expect(await hotTier.follow(object.oid)).toBeNull();
      expect(await under.leftovers()).toEqual([]);
    });

    it('hashes an object again', async () => {
      const object = objectOf(600_000);
      const staged = await hotTier.receive(object, poured(chunked(object.bytes)), never());
      expect(await hotTier.rehash(object.oid, never())).toEqual(staged);
      await hotTier.evict(object.oid);
      expect(await hotTier.rehash(object.oid, never())).toBeNull();
    });

    it('answers a check', async () => {
      await expect(hotTier.check()).resolves.toBeUndefined();
    });
  });
};
