import { execFile } from 'node:child_process';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Bytes } from '#application/ports/blob-store.js';
import { metrics } from '#platform/metrics.js';
import { objectOf } from '#testing/contracts/blob-store.contract.js';
import { describeHotTier } from '#testing/contracts/hot-tier.contract.js';
import type { WatchedFiles } from '#testing/faulty/watched-files.js';
import { attemptsIn, hotTierAt, pathIn, temporary, watchedHotTier } from '#testing/faulty/watched-hot-tier.js';
import { chunked } from '#testing/memory/memory-world.js';
import { poured } from '#testing/memory/poured.js';
import type { Oid } from '#domain/oid.js';
import type { DiskHotTier } from './disk-hot-tier.js';

const run = promisify(execFile);
const never = (): AbortSignal => new AbortController().signal;

describeHotTier('in a directory', async () => {
  const directory = await temporary();
  return {
    hotTier: await hotTierAt(directory),
    leftovers: () => attemptsIn(directory),
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
});

describe('the hot tier on disk', () => {
  const object = objectOf(700_000);
  let directory: string;
  let files: WatchedFiles;
  let hotTier: DiskHotTier;
  const path = (oid: Oid) => pathIn(directory, oid);
  const receive = () => hotTier.receive(object, poured(chunked(object.bytes)), never());

  beforeEach(async () => {
    ({ directory, files, hotTier } = await watchedHotTier());
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  describe('admission', () => {
    it('refuses before it reads when the disk would go below its floor', async () => {
      let read = false;
      const body = async function* (): Bytes {
        read = true;
        yield object.bytes;
      };
      files.free = object.size - 1;
      await expect(hotTier.receive(object, poured(body()), never())).rejects.toMatchObject({ code: 'staging.full' });
      expect(read).toBe(false);
      await expect(hotTier.admit(object.size)).rejects.toMatchObject({ code: 'staging.full' });
      files.free = 10 * object.size;
      await receive();
    });

    it('keeps room for what uploads under way have yet to write', async () => {
      files.free = object.size * 1.5;
      const go = Promise.withResolvers<void>();
      const slow = async function* (): Bytes {
        await go.promise;
        yield* chunked(object.bytes);
      };
      const first = hotTier.receive(object, poured(slow()), never());
      await delay(20);
      await expect(hotTier.admit(object.size)).rejects.toMatchObject({ code: 'staging.full' });
      go.resolve();
      await first;
      await hotTier.admit(object.size);
    });

    it('counts what cannot be evicted against the capacity, and nothing else', async () => {
      let pinned = 0;
      const small = await hotTierAt(directory, { pinnedBytes: () => Promise.resolve(pinned) }, 1_000_000);
      await small.receive(object, poured(chunked(object.bytes)), never());
      const other = objectOf(700_000, 2);
      await small.receive(other, poured(chunked(other.bytes)), never());
      pinned = 900_000;
      const again = await hotTierAt(directory, { pinnedBytes: () => Promise.resolve(pinned) }, 1_000_000);
      await expect(again.admit(100_001)).rejects.toMatchObject({ code: 'staging.full' });
      await again.fill(object, chunked(object.bytes), never());
      expect(await again.usage()).toMatchObject({ objects: 2, capacityBytes: 1_000_000 });
    });

    it('counts everything against the capacity where it does not know what is stored', async () => {
      const small = await hotTierAt(directory, {}, 1_000_000);
      await small.receive(object, poured(chunked(object.bytes)), never());
      await expect(small.admit(300_001)).rejects.toMatchObject({ code: 'staging.full' });
      await small.evict(object.oid);
      await small.admit(300_001);
    });
  });

  it('makes files and directories that only their owner can read', async () => {
    await receive();
    expect((await stat(path(object.oid))).mode & 0o777).toBe(0o600);
    for (const name of ['incoming', 'hydrating', 'objects', join('objects', object.oid.slice(0, 2))])
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o700);
  });

  it('counts an upload whose digest differs', async () => {
    const before = await failures('client_put');
    const wrong = object.bytes.map((byte) => byte ^ 1);
    await expect(hotTier.receive(object, poured(chunked(wrong)), never())).rejects.toMatchObject({
      code: 'digest.mismatch',
    });
    expect(await failures('client_put')).toBe(before + 1);
  });

  it('stops within a second though the body hangs, and lets it go', async () => {
    const hanging = async function* (): Bytes {
      yield object.bytes.subarray(0, 300_000);
      await delay(60_000, undefined, { ref: false });
    };
    const before = performance.now();
    const reason = { name: 'TimeoutError' };
    await expect(hotTier.receive(object, poured(hanging()), AbortSignal.timeout(50))).rejects.toMatchObject(reason);
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(await attemptsIn(directory)).toEqual([]);
  });

  it('removes a file that does not hash to its name, once it is hashed again', async () => {
    await receive();
    await writeFile(
      path(object.oid),
      object.bytes.map((byte) => byte ^ 1),
    );
    await expect(hotTier.rehash(object.oid, never())).rejects.toMatchObject({ code: 'staging.corrupt' });
    expect(await hotTier.holds([object.oid])).toEqual(new Set());
    expect(await attemptsIn(directory)).toEqual([]);
  });

  it('keeps a good file that took the place of the bad one while that was hashed', async () => {
    await receive();
    const bad = object.bytes.map((byte) => byte ^ 1);
    await writeFile(path(object.oid), bad);
    const hashing = hotTier.rehash(object.oid, never()).catch((error: unknown) => error);
    await receive();
    expect(['staging.corrupt', undefined]).toContain(((await hashing) as { code?: string }).code);
    expect((await readFile(path(object.oid))).equals(object.bytes)).toBe(true);
  });

  it('notes the use of an object at most once a minute', async () => {
    await receive();
    const old = new Date(Date.now() - 3_600_000);
    await utimes(path(object.oid), old, old);
    await (await hotTier.open(object.oid))?.close();
    const noted = (await stat(path(object.oid))).mtimeMs;
    expect(noted).toBeGreaterThan(Date.now() - 10_000);
    await delay(20);
    await (await hotTier.open(object.oid))?.close();
    expect((await stat(path(object.oid))).mtimeMs).toBe(noted);
    for await (const { lastUsedAt } of hotTier.residents()) expect(lastUsedAt.getTime()).toBe(Math.floor(noted));
  });

  it('sweeps attempts that have stopped growing, and no others', async () => {
    const [old, fresh, filling] = ['incoming/%.00-1', 'incoming/%.00-2', 'hydrating/%.00-3'].map((name) =>
      join(directory, name.replace('%', object.oid)),
    ) as [string, string, string];
    for (const file of [old, fresh, filling]) await writeFile(file, 'partial');
    await utimes(old, new Date(0), new Date(0));
    await utimes(filling, new Date(0), new Date(0));
    expect(await hotTier.sweepAttempts(3_600_000)).toBe(2);
    expect(await attemptsIn(directory)).toEqual([`${object.oid}.00-2`]);
  });

  it('follows the newest attempt at a hydration', async () => {
    await writeFile(join(directory, 'hydrating', `${object.oid}.000000000001-a`), 'left by a dead process');
    const go = Promise.withResolvers<void>();
    const slow = async function* (): Bytes {
      await go.promise;
      yield* chunked(object.bytes);
    };
    const filling = hotTier.fill(object, slow(), never());
    await delay(50);
    const growing = await hotTier.follow(object.oid);
    expect(await growing?.read(0, 100)).toHaveLength(0);
    go.resolve();
    await filling;
    // Renamed by now: whoever follows reads on.
    expect(Buffer.from((await growing?.read(1000, 500)) ?? [])).toEqual(Buffer.from(object.bytes.subarray(1000, 1500)));
    await growing?.close();
  });

  it('recovers when a disk that ran full has room again', async () => {
    const mount = await temporary();
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount]);
    } catch {
      console.warn('skipped: only root may mount a small disk here');
      await rm(mount, { recursive: true });
      return;
    }
    try {
      const small = await hotTierAt(mount);
      const filler = join(mount, 'filler');
      const large = objectOf(1_500_000);
      // Admitted, and then somebody else fills the disk.
      const body = async function* (): Bytes {
        await writeFile(filler, new Uint8Array(1_000_000));
        yield* chunked(large.bytes);
      };
      await expect(small.receive(large, poured(body()), never())).rejects.toMatchObject({ code: 'staging.full' });
      expect(await attemptsIn(mount)).toEqual([]);
      await rm(filler);
      await small.receive(large, poured(chunked(large.bytes)), never());
      await small.check();
    } finally {
      await run('umount', [mount]);
      await rm(mount, { recursive: true });
    }
  });
});

const failures = async (where: string): Promise<number> => {
  const { values } = await metrics.integrityFailures.get();
  return values.find(({ labels }) => labels.where === where)?.value ?? 0;
};
