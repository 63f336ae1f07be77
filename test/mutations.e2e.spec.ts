import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from './harness/run.js';
import { MUTATIONS, type Mutation } from './harness/mutations.js';

const ROOT = resolve(import.meta.dirname, '..');
const COPIED = ['apps', 'libs', 'prisma', 'scripts', 'package.json', 'tsconfig.json', 'jest.config.mjs'];

/**
 * The tests tested: each known bug is put back into a copy of the sources, and the spec named beside it has to go red there.
 * Without its mutation the same copy is green, so red means the bug and not the copy.
 */
describe('a bug put back on purpose turns a test red', () => {
  const copy = mkdtempSync(join(tmpdir(), 'ballast-mutation-'));

  beforeAll(() => {
    for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each(MUTATIONS)(
    '$name',
    async (mutation) => {
      const path = join(copy, mutation.file);
      const original = readFileSync(path, 'utf8');
      expect(await specPasses(copy, mutation)).toBe(true);
      expect(original).toContain(mutation.find);
      writeFileSync(path, original.replace(mutation.find, mutation.replace));
      try {
        expect(await specPasses(copy, mutation)).toBe(false);
      } finally {
        writeFileSync(path, original);
      }
    },
    300_000,
  );
});

const specPasses = async (copy: string, { spec, project, only }: Mutation): Promise<boolean> => {
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const args = [
    '--experimental-vm-modules',
    '--no-warnings',
    jest,
    '--selectProjects',
    project,
    '--testPathPatterns',
    spec,
  ];
  const narrowed = only === undefined ? args : [...args, '--testNamePattern', only];
  const { code, stderr } = await run(process.execPath, narrowed, {
    cwd: copy,
    timeoutMs: 200_000,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (/No tests found|Tests:\s+\d+ skipped, \d+ total/.test(stderr))
    throw new Error(`nothing ran for ${spec}: ${stderr}`);
  return code === 0;
};
