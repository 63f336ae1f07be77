import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './harness/root.js';
import { run } from './harness/run.js';

const LOOPBACK = 'http://127.0.0.1:9';

/** All that a service needs to be told, and nothing that it could reach: none may get as far as to try. */
const COMPLETE: Readonly<Record<string, string>> = {
  BALLAST_DATABASE_URL: 'postgresql://ballast:secret@127.0.0.1:9/ballast',
  BALLAST_HOT_TIER_DIR: '/nowhere/hot',
  BALLAST_PUBLIC_URL: 'http://127.0.0.1:8417',
  BALLAST_SIGNING_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  BALLAST_TOKEN_PEPPER: 'p'.repeat(43),
  BALLAST_VAULT: 'proton-drive',
  BALLAST_VAULT_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
};

/** Boots a service as an image does. */
const boot = (service: string, environment: Readonly<Record<string, string>>) =>
  run(process.execPath, [join(ROOT, `dist/apps/${service}/src/main.js`)], {
    env: { PATH: process.env['PATH'], ...COMPLETE, ...environment },
    timeoutMs: 30_000,
  });

const filesBelow = (path: string): readonly string[] =>
  readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));

/** What the Dockerfile copies out of the build, without what npm installs. */
const shipped = (): readonly string[] => {
  const dockerfile = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8');
  const sources = [...dockerfile.matchAll(/^COPY --from=build (.*) \S+$/gm)]
    .flatMap(([, names = '']) => names.split(' '))
    .map((name) => name.replace('/app/', ''));
  expect(sources).toEqual(expect.arrayContaining(['dist', 'scripts', 'prisma']));
  const folders = ['dist', 'scripts', 'prisma'];
  const single = sources.filter((name) => !folders.includes(name) && name !== 'node_modules');
  return [...single, ...folders.flatMap(filesBelow)];
};

/** Lines of a `.dockerignore` that let something in; everything else stays out. */
const letIn = (): readonly string[] =>
  readFileSync(join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));

describe('the production build', () => {
  const files = shipped();
  const programs = files.filter((file) => /\.[cm]?js$/.test(file));

  it('has every service', () => {
    expect(files).toEqual(
      expect.arrayContaining(['gateway', 'worker', 'reconciler', 'cli'].map((app) => `dist/apps/${app}/src/main.js`)),
    );
    expect(programs.length).toBeGreaterThan(200);
  });

  it('has no file of the tests: no emulator, no failpoint, no fake, no adapter that forgets, no spec', () => {
    const foreign = /(?:^|\/)(?:test|testing|failpoints|memory|bench)\/|emulator|failpoint|fake|\bmemory-|\.spec\./i;
    expect(files.filter((file) => foreign.test(file))).toEqual([]);
    expect(letIn().filter((path) => /^(?:test|bench|docs)\b/.test(path))).toEqual([]);
    expect(readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')).toContain('libs/testing');
  });

  it('loads nothing of the tests, and knows no way to steer an emulator or a failpoint', () => {
    const traces = [/['"]#testing\//, /['"][./]*test\//, /_emulator/, /BALLAST_TEST_/, /MemoryEventStore/];
    // The commands of a clone start the tests; they are no part of what runs.
    const running = programs.filter((file) => file.startsWith('dist/'));
    const found = running.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return traces.filter((trace) => trace.test(text)).map((trace) => `${trace.source} in ${file}`);
    });
    expect(found).toEqual([]);
  });

  it('lists nothing of the tests among what npm installs for it', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(Object.keys(dependencies).filter((name) => /jest|fast-check|swc|testing/.test(name))).toEqual([]);
  });
});

describe.each(['gateway', 'worker'])('the %s of the build', (service) => {
  it('refuses another host than Proton’s, and says why', async () => {
    const { code, stdout, stderr } = await boot(service, { BALLAST_PROTON_URL: LOOPBACK });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('The configuration has 1 problem');
    expect(stderr).toContain('BALLAST_PROTON_URL names another host than Proton’s');
    expect(stderr).toContain('BALLAST_PROTON_DEVELOPMENT=true');
  });

  it.each(['https://proton.me.example.org', 'https://drive-api.proton.me@example.org', 'http://drive-api.proton.me'])(
    'refuses %s',
    async (url) => {
      expect((await boot(service, { BALLAST_PROTON_URL: url })).code).toBe(2);
    },
  );

  it('refuses the development flag in production, whatever the host', async () => {
    for (const url of [LOOPBACK, 'https://drive-api.proton.me']) {
      const { code, stderr } = await boot(service, {
        BALLAST_PROTON_URL: url,
        BALLAST_PROTON_DEVELOPMENT: 'true',
        NODE_ENV: 'production',
      });
      expect(code).toBe(2);
      expect(stderr).toContain('NODE_ENV=production rules out');
    }
  });
});

describe('the command line of the build', () => {
  const cli = join(ROOT, 'dist/apps/cli/src/main.js');
  const check = (environment: Readonly<Record<string, string>>) =>
    spawnSync(process.execPath, [cli, 'config', 'check', '--data-dir', '/nowhere/data'], {
      env: { PATH: process.env['PATH'], ...COMPLETE, ...environment },
      encoding: 'utf8',
    });

  it('finds the same mistakes before anything starts', () => {
    expect(check({})).toMatchObject({ status: 0 });
    expect(check({ BALLAST_PROTON_URL: LOOPBACK })).toMatchObject({ status: 1 });
    const production = { BALLAST_PROTON_URL: LOOPBACK, BALLAST_PROTON_DEVELOPMENT: 'true', NODE_ENV: 'production' };
    const { status, stdout } = check(production);
    expect(status).toBe(1);
    expect(stdout).toContain('NODE_ENV=production');
  });

  it('starts no stack on an emulator in production, nor on a foreign host at all', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ballast-production-'));
    const up = (url: string, environment: Readonly<Record<string, string>>) =>
      run(process.execPath, [cli, 'up', '--vault', 'proton', '--proton-url', url, '--data-dir', directory], {
        env: { PATH: process.env['PATH'], ...environment },
        timeoutMs: 30_000,
      });
    try {
      const { code, stderr } = await up(LOOPBACK, { NODE_ENV: 'production' });
      expect(code).toBe(2);
      expect(stderr).toContain('NODE_ENV=production rules out');
      expect((await up('https://proton.me.example.org', {})).code).toBe(2);
      expect(readdirSync(directory)).not.toContain('postgres');
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
