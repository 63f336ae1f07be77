import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { objectOf } from '#testing/contracts/blob-store.contract.js';
import type { WatchedFiles } from '#testing/faulty/watched-files.js';
import { attemptsIn, hotTierAt, pathIn, temporary, watchedHotTier } from '#testing/faulty/watched-hot-tier.js';
import { chunked } from '#testing/memory/memory-world.js';
import { poured } from '#testing/memory/poured.js';
import type { Oid } from '#domain/oid.js';
import type { DiskHotTier } from './disk-hot-tier.js';

const never = (): AbortSignal => new AbortController().signal;

describe('the hot tier on a disk that fails', () => {
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

  describe('durability', () => {
    it('leaves nothing to a power failure when an upload is received', async () => {
      await receive();
      expect(files.undurable()).toEqual([]);
    });

    it('leaves nothing to a power failure when a large upload went past the page cache', async () => {
      const large = objectOf(9_000_001);
      await hotTier.receive(large, poured(chunked(large.bytes)), never());
      expect(files.undurable()).toEqual([]);
      expect((await readFile(path(large.oid))).equals(large.bytes)).toBe(true);
    });

    it('syncs the file before it gets its name and the directory after', async () => {
      await receive();
      const order = files.calls
        .filter((call) => /^(sync|rename)/.test(call))
        .map((call) => call.replace(directory, ''));
      const renamed = order.findIndex((call) => call.startsWith('rename'));
      expect(order[renamed - 1]).toMatch(/^sync \/incoming\//);
      const [aa, bb] = [object.oid.slice(0, 2), object.oid.slice(2, 4)];
      const after = [`sync /objects`, `sync /objects/${aa}`, `sync /objects/${aa}/${bb}`];
      expect(order.slice(renamed + 1)).toEqual(expect.arrayContaining(after));
    });

    it('makes the parents durable that another process made and may not have synced', async () => {
      await mkdir(dirname(path(object.oid)), { recursive: true });
      await receive();
      const synced = files.calls.filter((call) => call.startsWith('sync'));
      expect(synced).toContain(`sync ${join(directory, 'objects')}`);
      expect(synced).toContain(`sync ${join(directory, 'objects', object.oid.slice(0, 2))}`);
    });

    it('syncs only one directory where the others are known to be durable', async () => {
      await receive();
      files.calls.length = 0;
      await receive();
      expect(files.calls.filter((call) => /^sync .*objects/.test(call))).toEqual([`sync ${dirname(path(object.oid))}`]);
    });

    it('receives on after its directories were removed by hand', async () => {
      await receive();
      await rm(join(directory, 'objects'), { recursive: true });
      await receive();
      expect(files.undurable()).toEqual([]);
      expect(await hotTier.holds([object.oid])).toEqual(new Set([object.oid]));
    });
  });

  describe('a failing disk', () => {
    it.each([
      ['write', 'ENOSPC', 'staging.full'],
      ['sync', 'ENOSPC', 'staging.full'],
      ['rename', 'ENOSPC', 'staging.full'],
      ['mkdir', 'EDQUOT', 'staging.full'],
      ['open', 'EMFILE', 'staging.failed'],
      ['write', 'EIO', 'staging.failed'],
      ['sync', 'EIO', 'staging.failed'],
      ['rename', 'EROFS', 'staging.failed'],
    ] as const)('refuses an upload when %s says %s, as %s', async (call, errno, code) => {
      files.fail(call, errno, /incoming|objects/);
      await expect(receive()).rejects.toMatchObject({ code });
      files.mend();
      expect(await attemptsIn(directory)).toEqual([]);
      expect(await hotTier.holds([object.oid])).toEqual(new Set());
      await receive();
    });

    it('never tries a failed sync again, and is unhealthy after it', async () => {
      files.fail('sync', 'EIO', /incoming/);
      await expect(receive()).rejects.toMatchObject({ code: 'staging.failed' });
      files.mend();
      expect(files.calls.filter((call) => /^sync .*incoming/.test(call))).toHaveLength(1);
      await expect(hotTier.check()).rejects.toMatchObject({ code: 'staging.unwritable' });
    });

    it('fails an upload whose write-back failed, though its last sync succeeds', async () => {
      const large = objectOf(70 * 2 ** 20);
      files.fail('datasync', 'EIO');
      const filling = hotTier.fill(large, chunked(large.bytes), never());
      await expect(filling).rejects.toMatchObject({ code: 'staging.failed' });
      expect(await attemptsIn(directory)).toEqual([]);
    });

    it('keeps what may be another upload when only the directory cannot be synced', async () => {
      await receive();
      files.fail('sync', 'EIO', /objects/);
      await expect(receive()).rejects.toMatchObject({ code: 'staging.failed' });
      expect(await hotTier.holds([object.oid])).toEqual(new Set([object.oid]));
    });

    it('says why it cannot be written', async () => {
      files.fail('open', 'EROFS', /incoming/);
      await expect(hotTier.check()).rejects.toMatchObject({ code: 'staging.unwritable', facts: { reason: 'EROFS' } });
    });

    it('is unwritable, not empty, when its disk has gone', async () => {
      await rm(directory, { recursive: true });
      await mkdir(directory);
      await expect(hotTier.check()).rejects.toMatchObject({ code: 'staging.unwritable' });
      await expect(receive()).rejects.toMatchObject({ code: 'staging.failed' });
    });
  });

  describe('symbolic links', () => {
    let elsewhere: string;
    beforeEach(async () => (elsewhere = await temporary()));
    afterEach(() => rm(elsewhere, { recursive: true, force: true }));

    it.each(['incoming', 'objects', `objects/${object.oid.slice(0, 2)}`])(
      'are refused in place of %s',
      async (name) => {
        await rename(join(directory, name), join(directory, 'aside')).catch(() => undefined);
        await symlink(elsewhere, join(directory, name));
        await expect(receive()).rejects.toMatchObject({ code: 'staging.failed', facts: { reason: 'ELOOP' } });
        expect(await readdir(elsewhere)).toEqual([]);
      },
    );

    it('are refused at the start', async () => {
      const root = await temporary();
      await symlink(elsewhere, join(root, 'objects'));
      await expect(hotTierAt(root)).rejects.toMatchObject({ code: 'staging.unwritable' });
      await rm(root, { recursive: true });
    });

    it('in place of an object are no object, and an upload replaces them', async () => {
      const victim = join(elsewhere, 'victim');
      await writeFile(victim, object.bytes);
      await mkdir(dirname(path(object.oid)), { recursive: true });
      await symlink(victim, path(object.oid));
      expect(await hotTier.open(object.oid)).toBeNull();
      expect(await hotTier.holds([object.oid])).toEqual(new Set());
      await receive();
      expect(await hotTier.holds([object.oid])).toEqual(new Set([object.oid]));
      expect((await readFile(victim)).equals(object.bytes)).toBe(true);
    });
  });
});
