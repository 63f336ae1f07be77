import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { blobSample, collected, describeBlobStore } from '#testing/contracts/blob-store.contract.js';
import { WatchedFiles } from '#testing/faulty/watched-files.js';
import { chunked } from '#testing/memory/memory-world.js';
import { FilesystemVault } from './filesystem-vault.js';

const never = (): AbortSignal => new AbortController().signal;
const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), 'ballast-vault-'));
const at = (vaultDirectory: string, files?: WatchedFiles) =>
  FilesystemVault.at({ vaultDirectory, vaultId: 'filesystem' }, files);

describeBlobStore('in a directory', async () => {
  const directory = await temporary();
  return {
    store: await at(directory),
    leftovers: () => readdir(join(directory, 'incoming')),
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
});

describe('the filesystem vault', () => {
  const { blob, bytes } = blobSample(300_000);
  let directory: string;
  let files: WatchedFiles;
  let vault: FilesystemVault;
  const path = (oid: string) => join(directory, 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);
  const put = () => vault.put(blob, chunked(bytes), never());

  beforeEach(async () => {
    directory = await temporary();
    files = new WatchedFiles();
    vault = await at(directory, files);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('leaves nothing to a power failure when a put returns', async () => {
    await put();
    expect(files.undurable()).toEqual([]);
    expect((await stat(path(blob.oid))).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path(blob.oid)))).mode & 0o777).toBe(0o700);
  });

  it('makes the name of an object durable that it adopts', async () => {
    files.fail('sync', 'EIO', /objects/);
    await expect(put()).rejects.toMatchObject({ code: 'vault.unavailable' });
    files.mend();
    expect(await put()).toMatchObject({ verified: 'full' });
    expect(files.undurable()).toEqual([]);
  });

  it('replaces a copy that differs, and one that is short', async () => {
    await put();
    await writeFile(
      path(blob.oid),
      bytes.map((byte) => byte ^ 1),
    );
    await put();
    expect(Buffer.from(bytes).equals(await readFile(path(blob.oid)))).toBe(true);
    await writeFile(path(blob.oid), bytes.subarray(5));
    await put();
    expect(Buffer.from(bytes).equals(await readFile(path(blob.oid)))).toBe(true);
  });

  it('does not give out a copy that is short', async () => {
    const { locator } = await put();
    await writeFile(path(blob.oid), bytes.subarray(5));
    await expect(collected(vault.get(blob, locator, never()))).rejects.toMatchObject({ code: 'vault.corrupt' });
  });

  it.each([
    ['write', 'ENOSPC', 'vault.full'],
    ['sync', 'ENOSPC', 'vault.full'],
    ['rename', 'EDQUOT', 'vault.full'],
    ['sync', 'EIO', 'vault.unavailable'],
    ['write', 'EIO', 'vault.unavailable'],
    ['open', 'EACCES', 'vault.refused'],
    ['write', 'EROFS', 'vault.refused'],
  ] as const)('says what a failing %s with %s means, and leaves nothing', async (call, errno, code) => {
    files.fail(call, errno, /incoming|objects/);
    await expect(put()).rejects.toMatchObject({ code });
    files.mend();
    expect(await readdir(join(directory, 'incoming'))).toEqual([]);
    expect(await vault.head(blob.oid, never())).toBeNull();
  });

  it('stops within a second though the source hangs, and leaves nothing', async () => {
    const hanging = async function* () {
      yield* chunked(bytes.subarray(0, 100_000));
      await delay(60_000, undefined, { ref: false });
    };
    const before = performance.now();
    await expect(vault.put(blob, hanging(), AbortSignal.timeout(50))).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(await readdir(join(directory, 'incoming'))).toEqual([]);
  });

  it('refuses symbolic links in place of directories', async () => {
    const elsewhere = await temporary();
    await symlink(elsewhere, join(directory, 'objects', blob.oid.slice(0, 2)));
    await expect(put()).rejects.toMatchObject({ code: 'vault.refused' });
    expect(await readdir(elsewhere)).toEqual([]);
    await rm(elsewhere, { recursive: true });
  });

  it('takes a symbolic link in place of an object for nothing, and replaces it', async () => {
    const victim = join(directory, 'victim');
    await writeFile(victim, bytes);
    await mkdir(dirname(path(blob.oid)), { recursive: true });
    await symlink(victim, path(blob.oid));
    expect(await vault.head(blob.oid, never())).toBeNull();
    await put();
    expect((await stat(victim)).size).toBe(bytes.length);
    expect((await readFile(path(blob.oid))).length).toBe(bytes.length);
  });

  it('is unavailable, not empty, when its disk has gone', async () => {
    const { locator } = await put();
    await rm(directory, { recursive: true });
    await mkdir(directory);
    const gone = { code: 'vault.unavailable' };
    await expect(vault.check(never())).rejects.toMatchObject(gone);
    await expect(vault.head(blob.oid, never())).rejects.toMatchObject(gone);
    await expect(collected(vault.get(blob, locator, never()))).rejects.toMatchObject(gone);
    await expect(put()).rejects.toMatchObject(gone);
    await expect(vault.list(never())[Symbol.asyncIterator]().next()).rejects.toMatchObject(gone);
  });

  it('refuses a directory of something else, and a format that it does not know', async () => {
    const other = await temporary();
    await writeFile(join(other, 'thesis.txt'), 'mine');
    await expect(at(other)).rejects.toMatchObject({ code: 'vault.refused' });
    await rm(other, { recursive: true });
    await writeFile(
      join(directory, 'ballast-vault.json'),
      JSON.stringify({ format: 'ballast-filesystem-vault', version: 2 }),
    );
    await expect(at(directory)).rejects.toMatchObject({ code: 'vault.refused' });
    await unlink(join(directory, 'ballast-vault.json'));
    await put().catch(() => undefined);
  });

  it('opens again with what it holds', async () => {
    await put();
    const again = await at(directory);
    expect(await again.head(blob.oid, never())).toMatchObject({ oid: blob.oid, storedBytes: bytes.length });
  });

  it('sweeps attempts that have stopped growing, and no others', async () => {
    const [old, fresh] = ['1', '2'].map((id) => join(directory, 'incoming', `${blob.oid}.00-${id}`)) as [
      string,
      string,
    ];
    await Promise.all([old, fresh].map((file) => writeFile(file, 'partial')));
    await utimes(old, new Date(0), new Date(0));
    expect(await vault.sweepAttempts(3_600_000)).toBe(1);
    expect(await readdir(join(directory, 'incoming'))).toEqual([`${blob.oid}.00-2`]);
  });
});
