import { createHash } from 'node:crypto';
import type { BlobIdentity, BlobStore, Bytes } from '#application/ports/blob-store.js';
import { parseOid, type Pointer } from '#domain/oid.js';
import { FaultyBlobStore } from '#testing/faulty/faulty-blob-store.js';
import { MemoryHotTier } from '#testing/memory/memory-hot-tier.js';
import { chunked } from '#testing/memory/memory-world.js';

export interface BlobStoreUnderTest {
  readonly store: BlobStore;
  /** What failed attempts have left behind; empty when nothing. */
  leftovers(): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

interface Sample {
  readonly blob: BlobIdentity;
  readonly bytes: Uint8Array;
}

const never = (): AbortSignal => new AbortController().signal;

/** Bytes of a given size, different for each seed, made as fast as large objects need it. */
export const objectOf = (size: number, seed = 1): Pointer & { readonly bytes: Uint8Array } => {
  // The digest of this length has at least one byte.
  const digest = createHash('shake256', { outputLength: Math.max(1, size) })
    .update(String(seed))
    .digest();
  const bytes = digest.subarray(0, size);
  return { oid: parseOid(createHash('sha256').update(bytes).digest('hex')), size, bytes };
};

export const blobSample = (size: number, seed = 1): Sample => {
  const { oid, bytes } = objectOf(size, seed);
  return { blob: { oid, sizeBytes: size, sha1: null }, bytes };
};

export const collected = async (source: Bytes): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
};

/** Reads an object as a worker does: what comes is believed only once it hashes to the oid. */
const hydrated = async (store: BlobStore, { blob }: Sample): Promise<Uint8Array | null> => {
  const hotTier = new MemoryHotTier();
  const body = store.get(blob, { key: blob.oid }, never());
  await hotTier.fill({ oid: blob.oid, size: blob.sizeBytes }, body, never());
  return hotTier.files.get(blob.oid)?.bytes ?? null;
};

/** Compares large buffers at once, which an equality of Jest does byte by byte. */
export const expectBytes = (given: Uint8Array | null, expected: Uint8Array): void => {
  expect(given?.length).toBe(expected.length);
  expect(given !== null && Buffer.compare(given, expected) === 0).toBe(true);
};

/** What every vault promises; see BlobStore. */
export const describeBlobStore = (name: string, make: () => Promise<BlobStoreUnderTest>): void => {
  describe(`the vault ${name}`, () => {
    let under: BlobStoreUnderTest;
    let store: BlobStore;

    beforeEach(async () => {
      under = await make();
      ({ store } = under);
    });
    afterEach(() => under.dispose());

    const put = ({ blob, bytes }: Sample, signal = never()) => store.put(blob, chunked(bytes), signal);
    const got = async ({ blob }: Sample) => {
      const entry = await store.head(blob.oid, never());
      return entry === null ? null : collected(store.get(blob, entry.locator, never()));
    };
    const listed = async () => {
      const oids: string[] = [];
      for await (const { oid } of store.list(never())) oids.push(oid);
      return oids.sort();
    };

    it.each([0, 1, 65_536, 300_000, 2_500_001])('gives back %i bytes as they were put', async (size) => {
      const sample = blobSample(size);
      const receipt = await put(sample);
      expect(receipt).toMatchObject({ vault: store.vault, sizeBytes: size });
      expectBytes(await collected(store.get(sample.blob, receipt.locator, never())), sample.bytes);
      expect(await store.head(sample.blob.oid, never())).toMatchObject({ oid: sample.blob.oid });
      expect(await under.leftovers()).toEqual([]);
    });

    it('takes an object that it holds already, and holds it once', async () => {
      const sample = blobSample(100_000);
      const [first, second] = [await put(sample), await put(sample)];
      expect(second).toMatchObject({ sizeBytes: first.sizeBytes, storedBytes: first.storedBytes });
      expect(await listed()).toEqual([sample.blob.oid]);
      expectBytes(await got(sample), sample.bytes);
    });

    it('takes one object from ten at once', async () => {
      const sample = blobSample(700_000);
      await Promise.all(Array.from({ length: 10 }, () => put(sample)));
      expect(await listed()).toEqual([sample.blob.oid]);
      expectBytes(await got(sample), sample.bytes);
      expect(await under.leftovers()).toEqual([]);
    });

    it.each([
      ['is another object', (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1)],
      ['is too short', (bytes: Uint8Array) => bytes.subarray(1)],
      ['is too long', (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from('x')])],
      ['is empty', () => new Uint8Array()],
    ])('refuses a source that %s, and keeps nothing of it', async (_, spoil) => {
      const { blob, bytes } = blobSample(400_000);
      await expect(store.put(blob, chunked(spoil(bytes)), never())).rejects.toMatchObject({ code: 'staging.corrupt' });
      expect(await store.head(blob.oid, never())).toBeNull();
      expect(await listed()).toEqual([]);
      expect(await under.leftovers()).toEqual([]);
    });

    it('passes on the error of a source that breaks, and keeps nothing of it', async () => {
      const { blob, bytes } = blobSample(400_000);
      const broken = async function* (): Bytes {
        yield* chunked(bytes.subarray(0, 200_000));
        throw new Error('the source broke');
      };
      await expect(store.put(blob, broken(), never())).rejects.toThrow('the source broke');
      expect(await listed()).toEqual([]);
      expect(await under.leftovers()).toEqual([]);
    });

    it('stops a put at its signal, and keeps nothing of it', async () => {
      const { blob, bytes } = blobSample(400_000);
      const stopping = new AbortController();
      const stopped = async function* (): Bytes {
        yield* chunked(bytes.subarray(0, 200_000));
        stopping.abort(new Error('stopped'));
        yield* chunked(bytes.subarray(200_000));
      };
      await expect(store.put(blob, stopped(), stopping.signal)).rejects.toThrow('stopped');
      expect(await listed()).toEqual([]);
      expect(await under.leftovers()).toEqual([]);
    });

    it('stops a get at its signal', async () => {
      const sample = blobSample(2_500_000);
      const { locator } = await put(sample);
      const stopping = new AbortController();
      const reading = async (): Promise<void> => {
        for await (const chunk of store.get(sample.blob, locator, stopping.signal))
          if (chunk.length > 0) stopping.abort(new Error('stopped'));
      };
      await expect(reading()).rejects.toThrow('stopped');
    });

    it('says that an object is absent', async () => {
      const { blob } = blobSample(10);
      expect(await store.head(blob.oid, never())).toBeNull();
      await expect(collected(store.get(blob, { key: blob.oid }, never()))).rejects.toMatchObject({
        code: 'vault.absent',
      });
    });

    it('removes an object, and one that is gone as well', async () => {
      const [kept, removed] = [blobSample(10, 1), blobSample(10, 2)];
      await put(kept);
      await put(removed);
      await store.remove(removed.blob.oid, never());
      await store.remove(removed.blob.oid, never());
      expect(await listed()).toEqual([kept.blob.oid]);
      expect(await store.head(removed.blob.oid, never())).toBeNull();
    });

    it('lists every object with its size', async () => {
      const samples = [1, 2, 3, 4, 5].map((seed) => blobSample(seed * 1000, seed));
      for (const sample of samples) await put(sample);
      expect(await listed()).toEqual(samples.map(({ blob }) => blob.oid).sort());
    });

    it('answers a check', async () => {
      await expect(store.check(never())).resolves.toBeUndefined();
      expect(await under.leftovers()).toEqual([]);
    });

    it.each([1, 2, 3, 4, 5, 6])('ends with exactly the object after faults and retries (seed %i)', async (seed) => {
      const sample = blobSample(500_000, seed);
      const faulty = new FaultyBlobStore(store, { seed, percent: 70 });
      for (let attempt = 0; attempt < 40; attempt += 1) {
        try {
          await faulty.put(sample.blob, chunked(sample.bytes), never());
          break;
        } catch (error) {
          expect(error).toMatchObject({ code: 'vault.unavailable' });
          const there = await got(sample);
          if (there !== null) expectBytes(there, sample.bytes);
        }
      }
      expect(await listed()).toEqual([sample.blob.oid]);
      expect(await under.leftovers()).toEqual([]);
      const readings = await Promise.allSettled(Array.from({ length: 12 }, () => hydrated(faulty, sample)));
      for (const reading of readings) {
        if (reading.status === 'fulfilled') expectBytes(reading.value, sample.bytes);
        else expect(['vault.corrupt', 'vault.unavailable']).toContain((reading.reason as { code: string }).code);
      }
    });

    it('knows objects by their own oid only', async () => {
      const sample = blobSample(20);
      await put(sample);
      expect(await store.head(parseOid('0'.repeat(64)), never())).toBeNull();
    });
  });
};
