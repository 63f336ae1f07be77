import type { BlobStore } from '#application/ports/blob-store.js';
import {
  VERIFICATION_LEVELS,
  type PlacedBlob,
  type Verdict,
  type VaultVerification,
  type VerificationLevel,
} from '#application/ports/vault-verification.js';
import { parseOid, type Oid } from '#domain/oid.js';
import { chunked } from '#testing/memory/memory-world.js';
import { blobSample } from './blob-store.contract.js';

export interface VerificationUnderTest {
  readonly store: BlobStore;
  readonly verification: VaultVerification;
  /** Changes a byte of what the vault gives back, and nothing that the vault says of it. */
  corrupt(oid: Oid): Promise<void>;
  /** Takes the end off what the vault holds. */
  shorten(oid: Oid): Promise<void>;
  dispose(): Promise<void>;
}

const never = (): AbortSignal => new AbortController().signal;

/** What the verification of every vault promises; see VaultVerification. */
export const describeVaultVerification = (name: string, make: () => Promise<VerificationUnderTest>): void => {
  describe(`the verification of ${name}`, () => {
    let under: VerificationUnderTest;

    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.dispose());

    const placed = async (size: number, seed = 1): Promise<PlacedBlob> => {
      const { blob, bytes } = blobSample(size, seed);
      const { locator, storedBytes } = await under.store.put(blob, chunked(bytes), never());
      return { blob, locator, storedBytes };
    };
    const verdicts = async (level: VerificationLevel, ...of: readonly PlacedBlob[]): Promise<Verdict[]> => {
      const all: Verdict[] = [];
      for await (const verdict of under.verification.verify(level, of, never())) all.push(verdict);
      return all;
    };

    it.each(VERIFICATION_LEVELS)('finds what was put intact (%s)', async (level) => {
      const objects = [await placed(0, 1), await placed(1, 2), await placed(300_000, 3)];
      const found = await verdicts(level, ...objects);
      expect(found.map(({ blob }) => blob.oid).sort()).toEqual(objects.map(({ blob }) => blob.oid).sort());
      for (const { state } of found) expect(state).toBe('intact');
    });

    it.each(VERIFICATION_LEVELS)('misses what was removed, and nothing else (%s)', async (level) => {
      const [kept, removed] = [await placed(1_000, 1), await placed(1_000, 2)];
      await under.store.remove(removed.blob.oid, never());
      const found = new Map((await verdicts(level, kept, removed)).map(({ blob, state }) => [blob.oid, state]));
      expect(found.get(kept.blob.oid)).toBe('intact');
      expect(['missing', 'trashed']).toContain(found.get(removed.blob.oid));
    });

    it('reads everything where that is asked, and finds a byte that differs', async () => {
      const object = await placed(200_000);
      await under.corrupt(object.blob.oid);
      expect(await verdicts('listed', object)).toMatchObject([{ state: 'intact' }]);
      expect(await verdicts('full', object)).toMatchObject([{ state: 'damaged' }]);
    });

    it.each(VERIFICATION_LEVELS)('finds a copy that is too short (%s)', async (level) => {
      const object = await placed(200_000);
      await under.shorten(object.blob.oid);
      expect(await verdicts(level, object)).toMatchObject([{ state: 'damaged' }]);
    });

    it('knows nothing of a placement that never was', async () => {
      const { blob } = blobSample(10);
      const never = { blob, locator: { key: parseOid('0'.repeat(64)) }, storedBytes: 10 };
      expect(await verdicts('listed', never)).toMatchObject([{ state: 'missing' }]);
    });

    it('stops at its signal', async () => {
      const stopping = new AbortController();
      stopping.abort(new Error('stopped'));
      const reading = async (): Promise<void> => {
        const found = under.verification.verify('listed', [await placed(10)], stopping.signal);
        for await (const verdict of found) throw new Error(verdict.state);
      };
      await expect(reading()).rejects.toThrow('stopped');
    });
  });
};
