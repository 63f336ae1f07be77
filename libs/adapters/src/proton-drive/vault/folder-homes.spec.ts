import { chunked } from '#testing/memory/memory-world.js';
import { MemoryDrive } from '#testing/memory/memory-drive.js';
import { MemoryProtonWorld } from '#testing/memory/memory-proton-world.js';
import { blobSample, describeBlobStore, objectOf } from '#testing/contracts/blob-store.contract.js';
import { TestClock } from '#testing/memory/test-clock.js';
import { Fault } from '#domain/fault/fault.js';
import type { NewFile, NodeFacts, NodeUid, UploadOutcome } from '../drive.js';
import { FolderHomes } from './folder-homes.js';
import { ProtonDriveVault } from './proton-drive-vault.js';

const never = (): AbortSignal => new AbortController().signal;
const MiB = 2 ** 20;

/** Two that see the same nodes; the calls of each are its own. */
class TwoHomes {
  readonly one = new MemoryDrive();
  readonly other = new MemoryDrive();
  readonly isUp = { one: true, other: true };
  readonly homes = new FolderHomes(
    [
      { drive: this.one, isUp: () => this.isUp.one },
      { drive: this.other, isUp: () => this.isUp.other },
    ],
    3,
    new TestClock(),
  );
  private held: PromiseWithResolvers<void> | null = null;

  constructor() {
    Object.defineProperty(this.other, 'nodes', { value: this.one.nodes });
    let nextId = 1;
    for (const drive of [this.one, this.other]) {
      Object.defineProperty(drive, 'nextId', { get: () => nextId, set: (id: number) => void (nextId = id) });
      const upload = drive.upload.bind(drive);
      drive.upload = async (...args): Promise<UploadOutcome> => {
        await this.held?.promise;
        return upload(...args);
      };
    }
  }

  /** Uploads do not end until the returned is called. */
  hold(): () => void {
    const held = Promise.withResolvers<void>();
    this.held = held;
    return () => held.resolve();
  }

  by(call: string): readonly [number, number] {
    return [this.one.count(call), this.other.count(call)];
  }

  forget(): void {
    for (const drive of [this.one, this.other]) drive.calls.length = 0;
  }
}

describe('what has to do with a folder', () => {
  let two: TwoHomes;
  let root: NodeUid;
  let seed = 0;

  beforeEach(async () => {
    two = new TwoHomes();
    root = await two.homes.root(never());
  });

  const folder = (parent: NodeUid, name: string) => two.homes.ensureFolder(parent, name, never());
  const upload = (parent: NodeUid, size = 10): Promise<UploadOutcome> => {
    const { oid, bytes } = objectOf(Math.min(size, 10), (seed += 1));
    const file: NewFile = { parent, name: oid, mark: { v: 1, oid, size: bytes.length }, sha1: null };
    const sized = size > 10 ? { ...file, mark: { ...file.mark, size } } : file;
    return two.homes.upload(sized, chunked(bytes), never());
  };
  const describe1 = (node: NodeUid): Promise<readonly NodeFacts[]> => two.homes.describe([node], never());

  it('goes where the folder was made', async () => {
    const leaves: { readonly leaf: NodeUid; readonly strange: 0 | 1 }[] = [];
    for (const name of ['aa', 'bb', 'cc', 'dd']) {
      const parent = await folder(root, name);
      two.forget();
      leaves.push({ leaf: await folder(parent, '00'), strange: two.by('ensureFolder')[0] === 1 ? 1 : 0 });
    }
    expect(new Set(leaves.map(({ strange }) => strange)).size).toBe(2);
    for (const { leaf, strange } of leaves) {
      two.forget();
      await upload(leaf);
      await two.homes.find(leaf, 'x', never());
      await two.homes.removeDraft(leaf, 'x', never());
      for (const call of ['upload', 'find', 'removeDraft']) expect(two.by(call)[strange]).toBe(0);
    }
  });

  it('spreads the upper folders, and makes what lies in one beside it', async () => {
    const top = await folder(root, 'objects');
    const firsts: NodeUid[] = [];
    for (const name of ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7']) {
      two.forget();
      const first = await folder(top, name);
      const [one] = two.by('ensureFolder');
      for (const leaf of ['00', '01', '02']) await folder(first, leaf);
      expect(two.by('ensureFolder')).toEqual(one > 0 ? [4, 0] : [0, 4]);
      firsts.push(...(one > 0 ? [first] : []));
    }
    expect(firsts.length).toBeGreaterThanOrEqual(3);
    expect(firsts.length).toBeLessThanOrEqual(5);
  });

  it('stays where it is known while that one is merely full, and goes elsewhere when it is far busier', async () => {
    const leaf = await folder(await folder(root, 'aa'), '00');
    two.forget();
    const release = two.hold();
    const uploads = Array.from({ length: 4 }, () => upload(leaf));
    expect(Math.max(...two.by('upload'))).toBe(0);
    const fifth = upload(leaf);
    release();
    await Promise.all([...uploads, fifth]);
    expect([...two.by('upload')].sort()).toEqual([1, 4]);
  });

  it('goes to whichever does the least when it is a large file, and does not wait for those when it is a small one', async () => {
    const leaf = await folder(await folder(root, 'aa'), '00');
    two.forget();
    const release = two.hold();
    const large = Array.from({ length: 5 }, () => upload(leaf, 64 * MiB).catch(() => undefined));
    const small = upload(leaf);
    release();
    await Promise.all([...large, small]);
    expect(two.by('upload')).toEqual([3, 3]);
  });

  it('goes elsewhere while that one is down, and when its call says that it is gone', async () => {
    const leaf = await folder(await folder(root, 'aa'), '00');
    two.forget();
    await upload(leaf);
    const atOne = two.by('upload')[0] === 1;
    two.isUp[atOne ? 'one' : 'other'] = false;
    await upload(leaf);
    expect(two.by('upload')).toEqual([1, 1]);
    two.isUp[atOne ? 'one' : 'other'] = true;
    (atOne ? two.other : two.one).failNext('upload', 'vault.unavailable');
    await expect(upload(leaf)).rejects.toMatchObject({ code: 'vault.unavailable' });
    await upload(leaf);
    expect([...two.by('upload')].sort()).toEqual([2, 2]);
  });

  it('waits for one when both are down', async () => {
    Object.assign(two.isUp, { one: false, other: false });
    await expect(two.homes.root(never())).resolves.toBe(root);
  });

  it('is looked at where it was uploaded, together with what others ask for', async () => {
    const leaf = await folder(await folder(root, 'aa'), '00');
    const outcomes = await Promise.all([upload(leaf), upload(leaf), upload(leaf)]);
    two.forget();
    const told = await Promise.all(outcomes.map(({ node }) => describe1(node)));
    expect(told.map(([facts]) => facts?.node)).toEqual(outcomes.map(({ node }) => node));
    expect([...two.by('describe')].sort()).toEqual([0, 1]);
  });

  it('fails with what its own call says', async () => {
    two.one.failNext('ensureFolder', 'vault.plan-limit');
    two.other.failNext('ensureFolder', 'vault.plan-limit');
    await expect(folder(root, 'aa')).rejects.toBeInstanceOf(Fault);
  });
});

describeBlobStore('in Proton Drive, over several Drives in memory', async () => {
  const world = new MemoryProtonWorld();
  const { index, leases, clock, conditions } = world;
  const standing = { drive: world.drive, isUp: () => true };
  const drive = new FolderHomes([standing, standing, standing], 3, clock);
  return {
    store: new ProtonDriveVault('proton-drive', { drive, index, leases, clock, conditions }),
    leftovers: () => Promise.resolve(world.files('draft').map(({ uid }) => uid)),
    dispose: () => Promise.resolve(),
  };
});

describe('many small objects over several Drives', () => {
  it('cost one upload and a part of a look each once their folders are there', async () => {
    const world = new MemoryProtonWorld();
    const { index, leases, clock, conditions } = world;
    const standing = { drive: world.drive, isUp: () => true };
    const drive = new FolderHomes([standing, standing], 3, clock);
    const vault = new ProtonDriveVault('proton-drive', { drive, index, leases, clock, conditions });
    const samples = Array.from({ length: 8 }, (_, index) => blobSample(100, index + 1));
    const putAll = () => Promise.all(samples.map(({ blob, bytes }) => vault.put(blob, chunked(bytes), never())));
    await putAll();
    for (const { blob } of samples) await vault.remove(blob.oid, never());
    world.drive.calls.length = 0;
    await putAll();
    expect(world.drive.count('upload')).toBe(8);
    expect(world.drive.count('describe')).toBeLessThanOrEqual(4);
    expect(world.drive.calls.length).toBeLessThanOrEqual(12);
  });
});
