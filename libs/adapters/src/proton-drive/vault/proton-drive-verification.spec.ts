import type { Verdict } from '#application/ports/vault-verification.js';
import { blobSample } from '#testing/contracts/blob-store.contract.js';
import { describeVaultVerification } from '#testing/contracts/vault-verification.contract.js';
import type { MemoryDrive } from '#testing/memory/memory-drive.js';
import { MemoryProtonWorld } from '#testing/memory/memory-proton-world.js';
import { chunked } from '#testing/memory/memory-world.js';
import { SeededRandom } from '#testing/memory/test-clock.js';
import { ProtonDriveVerification } from './proton-drive-verification.js';

const never = (): AbortSignal => new AbortController().signal;

const world = () => {
  const { drive, vault: store } = new MemoryProtonWorld();
  return { drive, store, verification: new ProtonDriveVerification(drive, new SeededRandom(7)) };
};

const node = (drive: MemoryDrive, oid: string) => {
  const [found] = drive.named(oid);
  if (!found) throw new Error(`no node ${oid}`);
  return found;
};

describeVaultVerification('Proton Drive, over a Drive in memory', async () => {
  const { drive, store, verification } = world();
  return {
    store,
    verification,
    corrupt: async (oid) => {
      const found = node(drive, oid);
      found.bytes = found.bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte));
    },
    shorten: async (oid) => {
      const found = node(drive, oid);
      found.bytes = found.bytes.subarray(0, -1);
    },
    dispose: () => Promise.resolve(),
  };
});

describe('the verification of Proton Drive', () => {
  const { blob, bytes } = blobSample(150_000);
  const stored = async () => {
    const { drive, store, verification } = world();
    const { locator, storedBytes } = await store.put(blob, chunked(bytes), never());
    const verify = async (level: 'listed' | 'metadata' | 'sampled' | 'full', count = 1): Promise<Verdict[]> => {
      const all: Verdict[] = [];
      const placed = Array.from({ length: count }, () => ({ blob, locator, storedBytes }));
      for await (const verdict of verification.verify(level, placed, never())) all.push(verdict);
      return all;
    };
    return { drive, verify, node: node(drive, blob.oid) };
  };

  it('asks for a hundred nodes a request, and decrypts nothing, to list them', async () => {
    const { drive, verify } = await stored();
    drive.calls.length = 0;
    expect(await verify('listed', 250)).toHaveLength(250);
    expect(drive.calls).toEqual(['links', 'links', 'links']);
  });

  it('tells what lies in the trash from what is gone', async () => {
    const { drive, verify, node: found } = await stored();
    await drive.trash([found.uid], never());
    expect(await verify('listed')).toMatchObject([{ state: 'trashed' }]);
    expect(await verify('metadata')).toMatchObject([{ state: 'trashed' }]);
    drive.delete(found.uid);
    expect(await verify('metadata')).toMatchObject([{ state: 'missing' }]);
  });

  it.each([
    ['another revision', 'listed', { revision: 'another' }, 'revision'],
    ['a foreign signature', 'metadata', { authentic: false }, 'signature'],
    ['a mark of another object', 'metadata', { mark: { v: 1, oid: '0'.repeat(64), size: 150_000 } }, 'oid'],
    ['no mark', 'metadata', { mark: null }, 'mark'],
  ] as const)('finds %s (%s)', async (_, level, change, reason) => {
    const { verify, node: found } = await stored();
    Object.assign(found, change);
    expect(await verify(level)).toMatchObject([{ state: 'damaged', reason }]);
  });

  it('takes what cannot be decrypted for damaged, one by one', async () => {
    const { drive, verify } = await stored();
    drive.failNext('describe', 'vault.undecryptable');
    expect(await verify('metadata')).toMatchObject([{ state: 'intact' }]);
    drive.failNext('describe', 'vault.undecryptable');
    drive.failNext('describe', 'vault.undecryptable');
    expect(await verify('metadata')).toMatchObject([{ state: 'damaged', reason: 'undecryptable' }]);
    drive.failNext('sample', 'vault.undecryptable');
    expect(await verify('sampled')).toMatchObject([{ state: 'damaged', reason: 'undecryptable' }]);
  });

  it('rejects when the vault itself cannot be asked', async () => {
    const { drive, verify } = await stored();
    drive.failNext('links', 'vault.session-refused');
    await expect(verify('listed')).rejects.toMatchObject({ code: 'vault.session-refused' });
    drive.failNext('download', 'vault.unavailable');
    await expect(verify('full')).rejects.toMatchObject({ code: 'vault.unavailable' });
  });
});
