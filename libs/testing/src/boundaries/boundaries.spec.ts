import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

interface Plant {
  readonly from: string;
  readonly to: string;
  readonly rule: string;
}

const plant = (from: string, to: string, rule: string): Plant => ({ from, to, rule });

const VIOLATIONS = [
  plant('libs/domain/src/a.ts', 'node:events', 'domain-without-builtins'),
  plant('libs/domain/src/b.ts', 'zod', 'domain-without-npm'),
  plant('libs/domain/src/c.ts', '#application/target.js', 'domain-layer'),
  plant('libs/domain/src/c.spec.ts', '#adapters/one/target.js', 'domain-layer'),
  plant('libs/contracts/src/a.ts', 'node:buffer', 'contracts-without-builtins'),
  plant('libs/contracts/src/b.ts', 'pg', 'contracts-only-zod'),
  plant('libs/contracts/src/c.ts', '#application/target.js', 'contracts-layer'),
  plant('libs/application/src/a.ts', 'pg', 'application-without-npm'),
  plant('libs/application/src/b.ts', 'node:fs/promises', 'application-without-io'),
  plant('libs/application/src/c.ts', '#adapters/one/target.js', 'application-layer'),
  plant('libs/application/src/d.ts', '#platform/target.js', 'application-layer'),
  plant('libs/platform/src/a.ts', '#application/target.js', 'platform-layer'),
  plant('libs/adapters/src/two/a.ts', '../one/target.js', 'adapters-apart'),
  plant('libs/adapters/src/two/b.ts', '#adapters/one/target.js', 'adapters-apart'),
  plant('libs/adapters/src/two/c.ts', '../../../../apps/one/src/target.js', 'adapters-layer'),
  plant('libs/adapters/src/two/d.ts', '@prisma/client', 'prisma-only-in-postgres'),
  plant('libs/testing/src/a.ts', '../../../apps/one/src/target.js', 'testing-below-apps'),
  plant('apps/two/src/a.ts', '../../one/src/target.js', 'apps-apart'),
  plant('apps/two/src/b.ts', '#testing/target.js', 'testing-for-specs'),
  plant('apps/two/src/c.ts', './d.spec.js', 'specs-are-leaves'),
  plant('apps/two/src/e.ts', 'fast-check', 'ships-without-dev-packages'),
  plant('apps/two/src/f.ts', './g.js', 'no-cycle'),
  plant('apps/two/src/h.ts', '#domain/nowhere.js', 'no-unresolvable'),
];

const ALLOWED = [
  plant('apps/two/src/d.spec.ts', '#testing/target.js', ''),
  plant('apps/two/src/g.ts', './f.js', ''),
  plant('apps/two/src/i.ts', '#adapters/one/target.js', ''),
  plant('libs/adapters/src/postgres/a.ts', 'pg', ''),
  plant('libs/adapters/src/postgres/b.ts', '#application/target.js', ''),
  plant('libs/application/src/e.ts', '#domain/target.js', ''),
  plant('libs/contracts/src/d.ts', 'zod', ''),
  plant('libs/domain/src/d.spec.ts', 'fast-check', ''),
  plant('libs/platform/src/b.ts', 'node:fs', ''),
];

const TARGETS = [
  ...['domain', 'contracts', 'application', 'platform', 'testing'].map((lib) => `libs/${lib}/src/target.ts`),
  ...['libs/adapters/src/one/target.ts', 'apps/one/src/target.ts'],
];

const write = (root: string, file: string, text: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};

interface Report {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

const cruise = (root: string): ReadonlySet<string> => {
  const depcruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [depcruise, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', '.'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (stdout === '') throw new Error(`dependency-cruiser said nothing but: ${stderr}`);
  const { summary } = JSON.parse(stdout) as Report;
  return new Set(summary.violations.map(({ from, rule }) => `${from} ${rule.name}`));
};

describe('the boundaries', () => {
  let root: string;
  let reported: ReadonlySet<string>;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'ballast-boundaries-'));
    for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.mjs'])
      cpSync(join(ROOT, file), join(root, file));
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
    for (const file of TARGETS) write(root, file, 'export {};\n');
    for (const { from, to } of [...VIOLATIONS, ...ALLOWED]) write(root, from, `import '${to}';\n`);
    reported = cruise(root);
  }, 30_000);

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(VIOLATIONS)('report $rule when $from imports $to', ({ from, rule }) => {
    expect(reported).toContain(`${from} ${rule}`);
  });

  it('report nothing that was not planted', () => {
    const planted = new Set(VIOLATIONS.map(({ from, rule }) => `${from} ${rule}`));
    expect([...reported].filter((violation) => !planted.has(violation))).toEqual([]);
  });
});
