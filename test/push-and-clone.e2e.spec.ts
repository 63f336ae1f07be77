import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCountingProxy } from './harness/counting-proxy.js';
import { Client, digests, forget, writeRandomFile } from './harness/client.js';
import { withRefusingVault } from './harness/refusing-vault.js';
import { eventually } from './harness/run.js';
import { Stack } from './harness/stack.js';

const MiB = 1024 * 1024;

/** Sizes from 1 byte to 64 MiB, most of them small, as repositories have them. */
const mixedSizes = (): number[] => [
  ...Array.from({ length: 200 }, (_, index) => 1 + index * 97),
  ...Array.from({ length: 70 }, (_, index) => 64 * 1024 + index * 4_001),
  ...Array.from({ length: 24 }, (_, index) => MiB + index * 65_537),
  ...[8, 12, 16, 24, 48, 64].map((size) => size * MiB),
];

describe('git lfs push and clone through the whole pipe', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ballast-client-'));
  const stack = new Stack();
  const client = new Client(directory);
  let copy = '';

  beforeAll(async () => {
    await stack.start();
    await client.prepare();
    copy = await client.workingCopy('work', stack.lfsUrl());
  }, 120_000);

  afterAll(async () => {
    await stack.dispose();
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it('pushes 300 mixed files and one of 1 GiB, and a fresh clone has the same SHA-256 for each', async () => {
    mixedSizes().forEach((size, index) => writeRandomFile(join(copy, `dir-${index % 7}`, `file ${index}.bin`), size));
    writeRandomFile(join(copy, 'huge.bin'), 1024 * MiB);
    await client.commit(copy, 'three hundred and one files');
    const pushed = await client.push(copy);
    expect(pushed).toMatchObject({ code: 0 });

    const { copy: clone, result } = await client.clone('clone', stack.lfsUrl());
    expect(result).toMatchObject({ code: 0 });
    const expected = await digests(copy);
    expect(expected.size).toBe(301);
    expect(await digests(clone)).toEqual(expected);
    expect(await client.git(clone, ['lfs', 'fsck'])).toMatchObject({ code: 0 });
    forget(clone);
  }, 600_000);

  it('sends no object bytes when the same objects are pushed again', async () => {
    const proxy = await startCountingProxy(stack.gatewayUrl);
    try {
      await client.must(copy, ['config', 'lfs.url', proxy.through(stack.lfsUrl())]);
      expect(await client.git(copy, ['lfs', 'push', '--all', 'origin'])).toMatchObject({ code: 0 });
      expect(proxy.seen).toMatchObject({ batches: 4, puts: 0, verifies: 0 });
    } finally {
      await proxy.close();
      await client.must(copy, ['config', 'lfs.url', stack.lfsUrl()]);
    }
  }, 300_000);

  it('clones after the hot tier was wiped: every object comes back from the vault, checked', async () => {
    expect(await stack.stop()).toBe(0);
    rmSync(stack.hotTier, { recursive: true, force: true });
    await stack.start();
    await client.must(copy, ['config', 'lfs.url', stack.lfsUrl()]);
    const { copy: clone, result } = await client.clone('cold', stack.lfsUrl());
    expect(result).toMatchObject({ code: 0 });
    expect(await digests(clone)).toEqual(await digests(copy));
    forget(clone);
  }, 600_000);

  it('resumes a killed download by Range instead of beginning again', async () => {
    const clone = join(directory, 'resumed');
    await client.must(directory, ['clone', '--quiet', client.remote, clone], { GIT_LFS_SKIP_SMUDGE: '1' });
    const proxy = await startCountingProxy(stack.gatewayUrl, { cutFirstDownloadAfter: 200 * MiB });
    try {
      await client.must(clone, ['config', 'lfs.url', proxy.through(stack.lfsUrl())]);
      const pulled = await client.git(clone, ['lfs', 'pull', '--include', 'huge.bin']);
      expect(pulled).toMatchObject({ code: 0 });
      expect(proxy.seen.ranges.some((range) => /^bytes=[1-9]\d+-/.test(range))).toBe(true);
      expect((await digests(clone)).get('huge.bin')).toBe((await digests(copy)).get('huge.bin'));
    } finally {
      await proxy.close();
      forget(clone);
    }
  }, 300_000);

  it('fails the push with a reason that a person can act on when the vault refuses', async () => {
    await withRefusingVault(stack.vault, async () => {
      writeRandomFile(join(copy, 'refused.bin'), 10_000);
      await client.commit(copy, 'an object that no vault takes');
      const pushed = await client.push(copy);
      expect(pushed.code).not.toBe(0);
      expect(pushed.stderr).toMatch(/vault\.refused/);
      expect(pushed.stderr).toMatch(/ballast dead-letters/);
    });
    const letters = await stack.cli(['dead-letters', 'redrive', '--all', '--json']);
    expect(letters).toMatchObject({ code: 0 });
    await eventually('the redriven object is stored', async () => expect((await client.push(copy)).code).toBe(0));
  }, 300_000);
});
