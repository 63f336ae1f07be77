import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digests, forget, writeRandomFile } from './harness/client.js';
import { IndependentReader } from './harness/independent-reader.js';
import { ProtonDrill } from './harness/proton-drill.js';

const MiB = 1024 * 1024;

const mixedSizes = (): number[] => [
  ...Array.from({ length: 230 }, (_, index) => 1 + index * 97),
  ...Array.from({ length: 50 }, (_, index) => 64 * 1024 + index * 4_001),
  ...Array.from({ length: 14 }, (_, index) => MiB + index * 65_537),
  ...[4, 8, 12, 16, 24, 48].map((size) => size * MiB),
];

describe('git lfs push and clone with Proton Drive as the vault', () => {
  let proton: ProtonDrill;
  let copy = '';

  beforeAll(async () => {
    proton = await ProtonDrill.start({ failpoints: false });
    const { client, stack } = proton.drill;
    copy = await client.workingCopy('work', stack.lfsUrl());
  }, 120_000);

  afterAll(() => proton.dispose(), 120_000);

  it('pushes 300 mixed files and one of 1 GiB through the real SDK, and a cold clone has the same SHA-256 for each', async () => {
    const { client, stack } = proton.drill;
    mixedSizes().forEach((size, index) => writeRandomFile(join(copy, `dir-${index % 7}`, `file ${index}.bin`), size));
    writeRandomFile(join(copy, 'huge.bin'), 1024 * MiB);
    await client.commit(copy, 'three hundred and one files');
    expect(await client.push(copy, 'main', 900_000)).toMatchObject({ code: 0 });
    expect([...(await proton.nodesPerName()).values()]).toEqual(Array.from({ length: 301 }, () => 1));
    expect(await proton.emulator.files('draft')).toEqual([]);

    expect(await stack.stop()).toBe(0);
    rmSync(stack.hotTier, { recursive: true, force: true });
    await stack.start();
    await client.must(copy, ['config', 'lfs.url', stack.lfsUrl()]);
    const { copy: clone, result } = await client.clone('cold', stack.lfsUrl(), 900_000);
    expect(result).toMatchObject({ code: 0 });
    expect(await digests(clone)).toEqual(await digests(copy));
    expect(await client.git(clone, ['lfs', 'fsck'])).toMatchObject({ code: 0 });
    forget(clone);
  }, 1_800_000);

  it('can be read without Ballast and without the SDK, by whoever has the account', async () => {
    const oids = [...(await digests(copy)).values()].sort();
    const found: string[] = [];
    for await (const { name, sha256 } of IndependentReader.read(proton.emulator.url)) {
      expect(sha256).toBe(name);
      found.push(name);
    }
    expect(found.sort()).toEqual(oids);
  }, 600_000);

  it('leaves ciphertext only on the server: no piece of what was pushed, and not the names of objects', async () => {
    const { client } = proton.drill;
    const canary = `canary-${randomBytes(16).toString('hex')}`;
    mkdirSync(join(copy, 'canaries'));
    for (const repeats of [1, 1_000, 200_000])
      writeFileSync(join(copy, 'canaries', `${repeats}.bin`), `${canary}:${repeats};`.repeat(repeats));
    await client.commit(copy, 'text that would be seen');
    const known = new Set((await proton.emulator.blocks()).map(({ id }) => id));
    expect(await client.push(copy)).toMatchObject({ code: 0 });
    const fresh = (await proton.emulator.blocks()).filter(({ id }) => !known.has(id));
    expect(fresh.length).toBeGreaterThanOrEqual(4);
    for (const { id } of fresh) {
      const stored = await proton.emulator.ciphertext(id);
      expect(stored.includes(canary.slice(0, 16))).toBe(false);
    }
    const nodes = JSON.stringify(await proton.emulator.nodes());
    for (const oid of (await digests(copy)).values()) expect(nodes).not.toContain(oid);
  }, 300_000);

  it('logs in once and never again, however many objects are stored', async () => {
    const calls = await proton.emulator.calls();
    const opened = calls.filter(({ route }) => /^POST \/(core|auth)\/v4\/auth(\/info|\/2fa)?$/.test(route));
    expect(opened).toEqual([]);
    expect(calls.filter(({ route, method }) => method === 'DELETE' && route.endsWith('/trash'))).toEqual([]);
  });
});
