import { blobSample, objectOf } from '#testing/contracts/blob-store.contract.js';
import { chunked } from '#testing/memory/memory-world.js';
import { VaultWorld } from './vault-world.js';

const never = (): AbortSignal => new AbortController().signal;

const OBJECTS = 64;
const BYTES = 64;
/** As many as a worker stores at once. */
const AT_ONCE = 8;

/** What the wire format of this SDK asks for, once each for an object of one block. */
const UPLOAD = [
  'POST /drive/v2/volumes/:v/files',
  'GET /drive/v2/volumes/:v/links/:l/revisions/:r/verification',
  'POST /drive/blocks',
  'POST /storage/blocks/:b',
  'PUT /drive/v2/volumes/:v/files/:l/revisions/:r',
];
const LINKS = 'POST /drive/v2/volumes/:v/links';
const FOLDERS = 'POST /drive/v2/volumes/:v/folders';
/** Asked for once by each client of the SDK in each process, when it is first used. */
const ONCE = ['GET /drive/v2/shares/my-files', 'GET /drive/shares/:s'];
const CLIENTS = 2 * 5;

const leafOf = (seed: number): string => objectOf(BYTES, seed).oid.slice(0, 4);
const SEEDS = Array.from({ length: OBJECTS }, (_, index) => index);

/** Other objects, each in a folder of one of the first. */
const neighbours = (from: number): readonly number[] => {
  const leaves = new Set(SEEDS.map(leafOf));
  const seeds: number[] = [];
  for (let seed = from; leaves.size > 0; seed += 1) if (leaves.delete(leafOf(seed))) seeds.push(seed);
  return seeds;
};

describe('many small objects by two processes of the SDK', () => {
  let world: VaultWorld;

  beforeAll(async () => {
    world = await VaultWorld.open({ processes: 2 });
    world.emulator.control.turn({ latencyMs: 20 });
    // The account's own keys and the top of the tree, which each process asks for once.
    await store(Array.from({ length: AT_ONCE }, (_, index) => 1_000_000 + index));
  }, 60_000);
  afterAll(() => world.dispose(), 60_000);

  const store = async (seeds: readonly number[]): Promise<ReadonlyMap<string, number>> => {
    world.emulator.control.forgetCalls();
    const left = [...seeds];
    const storing = Array.from({ length: AT_ONCE }, async () => {
      for (let seed = left.pop(); seed !== undefined; seed = left.pop()) {
        const { blob, bytes } = blobSample(BYTES, seed);
        await world.connected.vault.put(blob, chunked(bytes), never());
      }
    });
    await Promise.all(storing);
    const counts = new Map<string, number>();
    for (const { route } of world.emulator.control.calls()) counts.set(route, (counts.get(route) ?? 0) + 1);
    for (const route of ONCE) {
      expect(counts.get(route) ?? 0).toBeLessThanOrEqual(CLIENTS);
      counts.delete(route);
    }
    return counts;
  };

  it('cost the upload itself, their folders once, and one look for several', async () => {
    const calls = await store(SEEDS);
    for (const route of UPLOAD) expect([route, calls.get(route)]).toEqual([route, OBJECTS]);
    const folders = new Set(SEEDS.flatMap((seed) => [leafOf(seed), leafOf(seed).slice(0, 2)]));
    expect(calls.get(FOLDERS)).toBeLessThanOrEqual(folders.size);
    expect(calls.get(LINKS)).toBeLessThan(OBJECTS);
    expect([...calls.keys()].filter((route) => ![...UPLOAD, LINKS, FOLDERS].includes(route))).toEqual([]);
  }, 60_000);

  it('cost nothing for folders that are there, and no more than seven looks for ten of them', async () => {
    const calls = await store(neighbours(10_000));
    for (const route of UPLOAD) expect([route, calls.get(route)]).toEqual([route, OBJECTS]);
    expect([...calls.keys()].filter((route) => ![...UPLOAD, LINKS].includes(route))).toEqual([]);
    expect(calls.get(LINKS)).toBeLessThanOrEqual(0.7 * OBJECTS);
  }, 60_000);
});
