import type { VaultIndex } from '#application/ports/vault-index.js';
import { parseOid } from '#domain/oid.js';

export interface VaultIndexUnderTest {
  readonly index: VaultIndex;
  /** The same store, as another vault sees it. */
  readonly other: VaultIndex;
  elapse(ms: number): Promise<unknown>;
  dispose(): Promise<void>;
}

const oidOf = (digit: string) => parseOid(digit.repeat(64));

/** What a vault with a tree of nodes remembers outside of it; see VaultIndex. */
export const describeVaultIndex = (name: string, make: () => Promise<VaultIndexUnderTest>): void => {
  describe(`the index of a vault in ${name}`, () => {
    let under: VaultIndexUnderTest;
    let index: VaultIndex;

    beforeEach(async () => {
      under = await make();
      ({ index } = under);
    });
    afterEach(() => under.dispose());

    it('remembers a folder, and the newer one of two', async () => {
      expect(await index.folder('a/b')).toBeNull();
      await index.rememberFolder('a/b', 'v~1');
      await index.rememberFolder('a/b', 'v~2');
      expect(await index.folder('a/b')).toBe('v~2');
    });

    it('forgets a folder with all below it, and none beside it', async () => {
      for (const path of ['a', 'a/b', 'a/b/c', 'a/b-1', 'a/bc', 'b']) await index.rememberFolder(path, path);
      await index.forgetFolder('a/b');
      const left = await Promise.all(['a', 'a/b', 'a/b/c', 'a/b-1', 'a/bc', 'b'].map((path) => index.folder(path)));
      expect(left).toEqual(['a', null, null, 'a/b-1', 'a/bc', 'b']);
    });

    it('names uploads that began long ago, the oldest first, until they have ended', async () => {
      await index.begun(oidOf('1'), 'a/1');
      await under.elapse(20);
      await index.begun(oidOf('2'), 'a/2');
      await under.elapse(20);
      expect((await index.unfinished(0, 10)).map(({ oid, folder }) => [oid, folder])).toEqual([
        [oidOf('1'), 'a/1'],
        [oidOf('2'), 'a/2'],
      ]);
      expect(await index.unfinished(0, 1)).toHaveLength(1);
      expect(await index.unfinished(60_000, 10)).toEqual([]);
      await index.ended(oidOf('1'));
      await index.ended(oidOf('1'));
      expect((await index.unfinished(0, 10)).map(({ oid }) => oid)).toEqual([oidOf('2')]);
    });

    it('counts an upload that is begun anew from then on', async () => {
      await index.begun(oidOf('1'), 'a/1');
      await under.elapse(60);
      await index.begun(oidOf('1'), 'a/1-1');
      expect(await index.unfinished(50, 10)).toEqual([]);
      expect(await index.unfinished(0, 10)).toMatchObject([{ folder: 'a/1-1' }]);
    });

    it('keeps vaults apart', async () => {
      await index.rememberFolder('a', 'v~1');
      await index.begun(oidOf('1'), 'a');
      expect(await under.other.folder('a')).toBeNull();
      expect(await under.other.unfinished(0, 10)).toEqual([]);
      await under.other.forgetFolder('a');
      await under.other.ended(oidOf('1'));
      expect(await index.folder('a')).toBe('v~1');
      expect(await index.unfinished(0, 10)).toHaveLength(1);
    });
  });
};
