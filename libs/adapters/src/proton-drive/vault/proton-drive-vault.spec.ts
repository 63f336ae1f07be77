import { blobSample, collected, describeBlobStore } from '#testing/contracts/blob-store.contract.js';
import { MemoryProtonWorld } from '#testing/memory/memory-proton-world.js';
import { chunked } from '#testing/memory/memory-world.js';
import { createHash } from 'node:crypto';
import { Fault } from '#domain/fault/fault.js';
import { parseSha1 } from '#domain/oid.js';
import { folderPath } from './vault-path.js';

describeBlobStore('in Proton Drive, over a Drive in memory', async () => {
  const world = new MemoryProtonWorld();
  return {
    store: world.vault,
    leftovers: () => Promise.resolve(world.files('draft').map(({ uid }) => uid)),
    dispose: () => Promise.resolve(),
  };
});

const never = (): AbortSignal => new AbortController().signal;
const { blob, bytes } = blobSample(100_000);
const sha1 = parseSha1(createHash('sha1').update(bytes).digest('hex'));
const [path, overflowed] = [folderPath({ oid: blob.oid, overflow: 0 }), folderPath({ oid: blob.oid, overflow: 1 })];

describe('an object in Proton Drive', () => {
  let world: MemoryProtonWorld;
  beforeEach(() => void (world = new MemoryProtonWorld()));

  const put = (vault = world.vault, what = blob) => vault.put(what, chunked(bytes), never());
  const only = () => {
    const [file, ...others] = world.files();
    if (!file || others.length > 0) throw new Error(`${others.length + 1} files`);
    return file;
  };

  it('is a file named by its oid that says what it is, checked before the receipt is given', async () => {
    const receipt = await put(world.vault, { ...blob, sha1 });
    const file = only();
    expect(world.pathOf(file)).toBe(`${path}/${blob.oid}`);
    expect(file.mark).toEqual({ v: 1, oid: blob.oid, size: 100_000 });
    expect(receipt).toEqual({
      vault: 'proton-drive',
      locator: { node: file.uid, revision: file.revision, volume: 'volume' },
      sizeBytes: 100_000,
      storedBytes: 100_077,
      sha1,
      verified: 'metadata',
    });
    expect(world.drive.count('describe')).toBe(1);
  });

  it('costs two calls once its folder is known to the fleet', async () => {
    await put();
    await world.vault.remove(blob.oid, never());
    const other = world.worker();
    world.drive.calls.length = 0;
    await put(other);
    expect(world.drive.calls).toEqual(['upload', 'describe']);
  });

  it('makes each folder once, however many ask for it at once', async () => {
    const workers = [world.vault, world.worker(), world.worker()];
    const puts = Array.from({ length: 12 }, (_, seed) => {
      const sample = blobSample(10, seed + 1);
      return (workers[seed % 3] ?? world.vault).put(sample.blob, chunked(sample.bytes), never());
    });
    await Promise.all(puts);
    const folders = [...world.drive.nodes.values()].filter(({ kind }) => kind === 'folder');
    expect(folders.length).toBeGreaterThan(12);
    // The root is no folder that anybody has to make.
    expect(world.drive.count('ensureFolder')).toBe(folders.length - 1);
    expect(world.files()).toHaveLength(12);
  });

  it('is adopted when a dead worker has committed it', async () => {
    const first = await put();
    world.drive.calls.length = 0;
    expect(await put(world.worker())).toEqual(first);
    expect(world.drive.calls).toEqual(['upload', 'describe']);
    expect(world.index.notes.size).toBe(0);
  });

  it.each([
    ['a file of another object', { mark: { v: 1, oid: '0'.repeat(64), size: 100_000 }, bytes }],
    ['a file without a mark', { mark: null, bytes }],
    ['a file of another size', { mark: { v: 1, oid: blob.oid, size: 100_000 }, bytes: bytes.subarray(1) }],
    ['a file that others have signed', { mark: { v: 1, oid: blob.oid, size: 100_000 }, bytes, authentic: false }],
    ['a file with another SHA-1', { mark: { v: 1, oid: blob.oid, size: 100_000 }, bytes, sha1: '0'.repeat(40) }],
    ['a folder', { kind: 'folder' }],
  ] as const)('takes the place of %s, which goes to the trash', async (_, other) => {
    const parent = await world.folderOf(blob.oid);
    const planted = world.drive.plant({ parent, name: blob.oid, ...other });
    const receipt = await put(world.vault, { ...blob, sha1 });
    expect(world.drive.nodes.get(planted.uid)?.state).toBe('trashed');
    expect(world.drive.count('remove')).toBe(0);
    expect(receipt.locator['node']).toBe(only().uid);
    expect(Buffer.compare(only().bytes, bytes)).toBe(0);
  });

  it('takes the place of one that cannot be decrypted', async () => {
    await put();
    world.drive.failNext('describe', 'vault.undecryptable');
    await put();
    expect(world.files()).toHaveLength(1);
    expect(world.files('trashed')).toHaveLength(1);
  });

  it('is refused when what the vault holds afterwards is not it', async () => {
    const upload = world.drive.upload.bind(world.drive);
    world.drive.upload = async (...args) => {
      const outcome = await upload(...args);
      Object.assign(world.drive.nodes.get(outcome.node) ?? {}, { mark: null });
      return outcome;
    };
    await expect(put()).rejects.toMatchObject({ code: 'vault.corrupt', facts: { reason: 'mark' } });
    expect([...world.index.notes.keys()]).toEqual([blob.oid]);
  });

  it('goes into the next folder once one is full, and is found there', async () => {
    const parent = await world.folderOf(blob.oid);
    for (const name of ['a', 'b', 'c', 'd']) world.drive.plant({ parent, name });
    world.drive.childrenMax = 4;
    const receipt = await put();
    expect(world.pathOf(only4(world))).toBe(`${overflowed}/${blob.oid}`);
    expect(world.index.folders.has(overflowed)).toBe(true);
    const entry = await world.worker().head(blob.oid, never());
    expect(entry?.locator).toEqual(receipt.locator);
    world.drive.childrenMax = Infinity;
    expect(await put(world.worker())).toEqual(receipt);
    await world.vault.remove(blob.oid, never());
    expect(await world.vault.head(blob.oid, never())).toBeNull();
  });

  it('that lies in a full folder is adopted there', async () => {
    const first = await put();
    const parent = only().parent ?? '';
    for (const name of ['a', 'b', 'c']) world.drive.plant({ parent, name });
    const upload = world.drive.upload.bind(world.drive);
    let isFull = true;
    world.drive.upload = async (...args) => {
      if (!isFull) return upload(...args);
      isFull = false;
      throw new Fault('vault.structure', { reason: 'too-many-children' });
    };
    expect(await put()).toEqual(first);
  });

  it.each([
    ['deleted', (uid: string) => world.drive.delete(uid)],
    ['trashed', (uid: string) => void world.drive.trash([uid], never())],
  ])('gets a new folder when its folder was %s by hand', async (_, lose) => {
    await put();
    lose(only().parent ?? '');
    await new Promise((resolve) => setImmediate(resolve));
    const other = blobOfSameFolder();
    await world.worker().put(other.blob, chunked(other.bytes), never());
    const [kept] = world.drive.named(other.blob.oid);
    expect(kept && world.drive.nodes.get(kept.parent ?? '')?.state).toBe('active');
    expect(kept && world.pathOf(kept)).toBe(`${path}/${other.blob.oid}`);
  });

  it('gets a whole new tree when the tree was deleted by hand', async () => {
    await put();
    const [ballast] = world.drive.named('Ballast');
    world.drive.delete(ballast?.uid ?? '');
    await put();
    expect(world.pathOf(only())).toBe(`${path}/${blob.oid}`);
    await expect(world.vault.head(blob.oid, never())).resolves.not.toBeNull();
  });

  it('is read by its name when its node was replaced', async () => {
    const { locator } = await put();
    world.drive.delete(only().uid);
    await put();
    expect((await collected(world.vault.get(blob, locator, never()))).length).toBe(100_000);
  });

  it('is brought back out of the trash when it is read', async () => {
    const { locator } = await put();
    await world.drive.trash([only().uid], never());
    expect((await collected(world.vault.get(blob, locator, never()))).length).toBe(100_000);
    expect(only().state).toBe('active');
  });

  it('is read all the same when nobody can say whether it lies in the trash', async () => {
    const { locator } = await put();
    world.drive.failNext('links', 'vault.unavailable');
    expect((await collected(world.vault.get(blob, locator, never()))).length).toBe(100_000);
  });

  it('is refused while it is read when its length is another', async () => {
    const { locator } = await put();
    only().bytes = bytes.subarray(1);
    const reading = collected(world.vault.get(blob, locator, never()));
    await expect(reading).rejects.toMatchObject({ code: 'vault.corrupt', facts: { reason: 'length' } });
  });

  it('is no object of a foreign file that bears an oid', async () => {
    const parent = await world.folderOf(blob.oid);
    const planted = world.drive.plant({ parent, name: blob.oid, bytes });
    expect(await world.vault.head(blob.oid, never())).toBeNull();
    await world.vault.remove(blob.oid, never());
    expect(world.drive.nodes.has(planted.uid)).toBe(true);
    for await (const entry of world.vault.list(never())) throw new Error(`listed ${entry.oid}`);
  });
});

describe('the check of Proton Drive', () => {
  it('asks the vault once a minute, and tells of a stop at once', async () => {
    const world = new MemoryProtonWorld();
    await world.vault.check(never());
    await world.vault.check(never());
    expect(world.drive.count('space')).toBe(1);
    world.clock.advance(61_000);
    world.drive.failNext('space', 'vault.session-refused');
    await expect(world.vault.check(never())).rejects.toMatchObject({ code: 'vault.session-refused' });
    await world.vault.check(never());
    expect(world.drive.count('space')).toBe(3);
  });
});

describe('the janitor of Proton Drive', () => {
  const abandoned = async (world: MemoryProtonWorld) => {
    const parent = await world.folderOf(blob.oid);
    await world.index.begun(blob.oid, path);
    return world.drive.plant({ parent, name: blob.oid, state: 'draft' });
  };

  it('removes the draft of a writer that died, and its note', async () => {
    const world = new MemoryProtonWorld();
    await abandoned(world);
    expect(await world.vault.sweepAttempts(60_000)).toBe(0);
    world.clock.advance(61_000);
    expect(await world.vault.sweepAttempts(60_000)).toBe(1);
    expect(world.files('draft')).toEqual([]);
    expect(world.index.notes.size).toBe(0);
  });

  it('leaves an object alone that somebody works on', async () => {
    const world = new MemoryProtonWorld();
    await abandoned(world);
    const lease = await world.leases.acquire(`object-${blob.oid}`, 3_600_000);
    world.clock.advance(61_000);
    expect(await world.vault.sweepAttempts(60_000)).toBe(0);
    expect(world.files('draft')).toHaveLength(1);
    await world.leases.release(lease);
    expect(await world.vault.sweepAttempts(60_000)).toBe(1);
  });

  it('keeps the note when the vault cannot be asked', async () => {
    const world = new MemoryProtonWorld();
    await abandoned(world);
    world.drive.failNext('removeDraft', 'vault.outage');
    await expect(world.vault.sweepAttempts(0)).rejects.toMatchObject({ code: 'vault.outage' });
    expect(world.index.notes.size).toBe(1);
    expect(world.database.leases.size).toBe(0);
  });

  it('forgets a note whose folder is gone', async () => {
    const world = new MemoryProtonWorld();
    await world.index.begun(blob.oid, path);
    expect(await world.vault.sweepAttempts(0)).toBe(0);
    expect(world.index.notes.size).toBe(0);
  });
});

const only4 = (world: MemoryProtonWorld) => {
  const [file] = world.drive.named(blob.oid);
  if (!file) throw new Error('no file');
  return file;
};

/** Another object whose place is the same folder: found by trying. */
const blobOfSameFolder = () => {
  for (let seed = 2; ; seed += 1) {
    const sample = blobSample(16, seed);
    if (sample.blob.oid.slice(0, 4) === blob.oid.slice(0, 4)) return sample;
  }
};
