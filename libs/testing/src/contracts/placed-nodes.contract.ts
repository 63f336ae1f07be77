import type { EventStore } from '#application/ports/event-store.js';
import type { PlacedNodes } from '#application/ports/placed-nodes.js';
import type { VaultIndex } from '#application/ports/vault-index.js';
import type { Oid } from '#domain/oid.js';
import * as example from './example-events.js';

export interface PlacedNodesUnderTest {
  readonly events: EventStore;
  readonly index: VaultIndex;
  /** Of the vault `proton-drive`, and of another over the same tables. */
  readonly placed: PlacedNodes;
  readonly other: PlacedNodes;
  dispose(): Promise<void>;
}

const { onObject, receipt, someOid, someSha1, staged, stored } = example;

/** Who asks by node; see PlacedNodes. */
export const describePlacedNodes = (name: string, make: () => Promise<PlacedNodesUnderTest>): void => {
  describe(`placements by node in ${name}`, () => {
    let under: PlacedNodesUnderTest;
    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.dispose());

    const place = async (oid: Oid, node: string, vault = 'proton-drive'): Promise<Oid> => {
      const held = { ...receipt(vault), locator: { node, revision: `${node}~r` } };
      await under.events.append(onObject(oid, 0, staged(oid), stored(oid, 1, held)));
      return oid;
    };
    const oidsOf = (found: readonly { readonly blob: { readonly oid: Oid } }[]) => found.map(({ blob }) => blob.oid);

    it('finds what is placed at a node, with all that a look at it needs', async () => {
      const oid = await place(someOid(), 'v~1');
      await place(someOid(), 'v~2');
      await place(someOid(), 'v~1', 'another');
      expect(await under.placed.at(['v~1', 'v~9'])).toEqual([
        {
          blob: { oid, sizeBytes: 1234, sha1: someSha1 },
          locator: { node: 'v~1', revision: 'v~1~r' },
          storedBytes: 1250,
          generation: 1,
        },
      ]);
      expect(await under.placed.at([])).toEqual([]);
    });

    it('no longer finds a placement that was lost', async () => {
      const oid = await place(someOid(), 'v~1');
      await under.events.append(onObject(oid, 2, example.placementLost(oid)));
      expect(await under.placed.at(['v~1'])).toEqual([]);
      expect(await under.placed.page(null, 10)).toEqual([]);
    });

    it('goes through all of them in pages, each once', async () => {
      const oids = [await place(someOid(), 'v~1'), await place(someOid(), 'v~2'), await place(someOid(), 'v~3')].sort();
      await place(someOid(), 'v~4', 'another');
      const first = oidsOf(await under.placed.page(null, 2));
      const rest = oidsOf(await under.placed.page(first[1] ?? null, 2));
      expect([...first, ...rest]).toEqual(oids);
      expect(await under.placed.page(oids[2] ?? null, 2)).toEqual([]);
    });

    it('knows which nodes are folders of ours', async () => {
      await under.index.rememberFolder('a/b', 'v~7');
      expect([...(await under.placed.folders(['v~7', 'v~8']))]).toEqual(['v~7']);
      expect((await under.placed.folders([])).size).toBe(0);
    });

    it('keeps the cursor, one a vault', async () => {
      expect(await under.placed.cursor()).toBeNull();
      await under.placed.moveTo('v~a');
      await under.placed.moveTo('v~b');
      expect(await under.placed.cursor()).toBe('v~b');
      expect(await under.other.cursor()).toBeNull();
    });
  });
};
