import { setTimeout as delay } from 'node:timers/promises';
import { blobSample, collected, objectOf } from '#testing/contracts/blob-store.contract.js';
import { chunked } from '#testing/memory/memory-world.js';
import type { Bytes } from '#application/ports/blob-store.js';
import type { PlacedBlob, VerificationLevel } from '#application/ports/vault-verification.js';
import { VaultWorld } from './vault-world.js';

const never = (): AbortSignal => new AbortController().signal;
const until = async (what: string, holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 400) throw new Error(`never: ${what}`);
    await delay(25);
  }
};

/** Seeds of objects that have their place in one folder: found by trying. */
const ofOneFolder = (count: number): readonly [number, number, number] => {
  const first = objectOf(10, 100_000).oid.slice(0, 4);
  const seeds: number[] = [];
  for (let seed = 100_000; seeds.length < count; seed += 1)
    if (objectOf(10, seed).oid.startsWith(first)) seeds.push(seed);
  return seeds as unknown as readonly [number, number, number];
};

describe('the vault in Proton Drive over the emulator', () => {
  let world: VaultWorld;

  beforeAll(async () => {
    world = await VaultWorld.open();
  }, 60_000);
  afterEach(() => {
    world.emulator.control.noFaults();
  });
  afterAll(() => world.dispose(), 60_000);

  const put = async (size: number, seed: number): Promise<PlacedBlob & { readonly bytes: Uint8Array }> => {
    const { blob, bytes } = blobSample(size, seed);
    const { locator, storedBytes } = await world.connected.vault.put(blob, chunked(bytes), never());
    return { blob, bytes, locator, storedBytes };
  };
  const verdict = async (level: VerificationLevel, placed: PlacedBlob) => {
    for await (const found of world.connected.verification.verify(level, [placed], never())) return found;
    throw new Error('no verdict');
  };
  const linkOf = ({ locator }: PlacedBlob): string => String(locator['node']).split('~')[1] ?? '';

  it('keeps nothing of an object readable', async () => {
    const { bytes, blob } = await put(200_000, 11);
    const stored = await Promise.all(
      world.emulator.control.blocks().map(({ id }) => world.emulator.control.ciphertext(id)),
    );
    const all = Buffer.concat(stored.filter((block) => block !== null));
    expect(all.length).toBeGreaterThan(bytes.length);
    expect(all.includes(Buffer.from(bytes.subarray(1_000, 1_064)))).toBe(false);
    expect(JSON.stringify(world.emulator.control.nodes())).not.toContain(blob.oid);
  });

  it('needs, with its folder known, no more calls for an object than the upload itself and a look at it', async () => {
    const { blob } = await put(50_000, 12);
    await world.connected.vault.remove(blob.oid, never());
    world.emulator.control.forgetCalls();
    await put(50_000, 12);
    const routes = world.emulator.control.calls().map(({ route }) => route);
    expect(routes.filter((route) => route.includes('/folders'))).toEqual([]);
    expect(routes.length).toBeLessThanOrEqual(8);
  });

  it('verifies what it holds at every level, and finds what was trashed or deleted in the web app', async () => {
    const [kept, lost] = [await put(90_000, 13), await put(90_000, 14)];
    for (const level of ['listed', 'metadata', 'sampled', 'full'] as const)
      expect(await verdict(level, kept)).toMatchObject({ state: 'intact', level });
    await world.emulator.control.inWebApp(linkOf(lost), { act: 'trash' });
    expect(await verdict('listed', lost)).toMatchObject({ state: 'trashed' });
    expect(await verdict('metadata', lost)).toMatchObject({ state: 'trashed' });
    await collected(world.connected.vault.get(lost.blob, lost.locator, never()));
    expect(await verdict('metadata', lost)).toMatchObject({ state: 'intact' });
    await world.emulator.control.inWebApp(linkOf(lost), { act: 'trash' });
    await world.emulator.control.inWebApp(linkOf(lost), { act: 'delete' });
    expect(await verdict('listed', lost)).toMatchObject({ state: 'missing' });
    expect(await verdict('metadata', lost)).toMatchObject({ state: 'missing' });
  });

  it('finds a block that was changed when it reads everything', async () => {
    const object = await put(90_000, 15);
    world.emulator.control.fault({ route: 'GET /storage/blocks/:b', times: 5, does: { kind: 'corrupt', how: 'flip' } });
    expect(await verdict('full', object)).toMatchObject({ state: 'damaged' });
  });

  it('holds an object once when the answer to the commit is lost', async () => {
    world.emulator.control.fault({
      route: 'PUT /drive/v2/volumes/:v/files/:l/revisions/:r',
      times: 1,
      does: { kind: 'cut', when: 'after' },
    });
    const before = world.files().length;
    const object = await put(70_000, 16).catch(() => put(70_000, 16));
    expect(world.files().length).toBe(before + 1);
    const given = await collected(world.connected.vault.get(object.blob, object.locator, never()));
    expect(Buffer.compare(given, object.bytes)).toBe(0);
  });

  it('fills another folder once one is full', async () => {
    const [one, other, third] = ofOneFolder(3);
    await put(10, one);
    try {
      world.emulator.control.turn({ childrenMax: 2 });
      await put(10, other);
      const overflowed = await put(10, third);
      const head = await world.connected.vault.head(overflowed.blob.oid, never());
      expect(head).toMatchObject({ locator: overflowed.locator });
      expect(await verdict('metadata', overflowed)).toMatchObject({ state: 'intact' });
    } finally {
      world.emulator.control.turn({ childrenMax: 10_000 });
    }
  });

  it('leaves the draft of a process that is killed to its janitor, and stores the object afterwards', async () => {
    const { blob, bytes } = blobSample(9_000_000, 18);
    let pids: readonly number[] = [];
    const source = async function* (): Bytes {
      yield bytes.subarray(0, 5_000_000);
      await until('there is a draft', () => world.drafts().length > 0);
      pids = await world.sdkPids();
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      yield bytes.subarray(5_000_000);
    };
    const putting = world.connected.vault.put(blob, source(), never());
    await expect(putting).rejects.toMatchObject({ code: 'vault.unavailable' });
    expect(pids.length).toBe(1);
    expect(world.drafts()).toHaveLength(1);
    expect(await world.connected.vault.sweepAttempts(0)).toBe(1);
    expect(world.drafts()).toEqual([]);
    await world.connected.vault.put(blob, chunked(bytes), never());
    expect(world.drafts()).toEqual([]);
  }, 60_000);
});

describe('the vault in Proton Drive without a session', () => {
  it('stands there, refuses with the reason, and sends nothing', async () => {
    const world = await VaultWorld.open({ login: false });
    try {
      const { blob, bytes } = blobSample(10);
      const refused = { code: 'vault.session-refused' };
      await expect(world.connected.vault.check(never())).rejects.toMatchObject(refused);
      await expect(world.connected.vault.put(blob, chunked(bytes), never())).rejects.toMatchObject(refused);
      expect(world.emulator.control.calls()).toEqual([]);
    } finally {
      await world.dispose();
    }
  }, 60_000);
});
