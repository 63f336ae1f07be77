import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually, run } from './harness/run.js';

const ROOT = resolve(import.meta.dirname, '..');

/** What a newcomer does: `npm start`, then types what it prints. */
describe('a first start, as the README has it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ballast-newcomer-'));
  const home = join(directory, 'home');
  const data = join(directory, 'data');
  let said = '';
  let start: ChildProcess;

  beforeAll(async () => {
    chmodSync(directory, 0o711); // root's database runs as another user
    mkdirSync(home);
    start = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs'), '--data-dir', data, '--port', '0'], {
      cwd: directory,
    });
    start.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    start.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually('it says that it is ready', () => expect(said).toMatch(/Ballast is ready[\s\S]*Ctrl-C/), 120_000);
  }, 180_000);

  afterAll(() => {
    start.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  const ballast = (...args: string[]) =>
    run(process.execPath, [join(ROOT, 'scripts/ballast.mjs'), ...args, '--data-dir', data], { cwd: directory });

  it('prints three commands which push and clone back when they are typed', async () => {
    const typed = [...said.matchAll(/^ {2}\d {2}(.*)$/gm)].map(([, command = '']) => command);
    expect(typed).toHaveLength(3);
    const env = { PATH: process.env['PATH'], HOME: home, GIT_TERMINAL_PROMPT: '0' };
    const { code, stdout, stderr } = await run('bash', ['-e'], { cwd: directory, env, input: typed.join('\n') });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('Git LFS fsck OK');
  }, 120_000);

  it('then tells how it is and what became of the object', async () => {
    const status = await ballast('status');
    expect(status).toMatchObject({ code: 0 });
    expect(status.stdout).toMatch(/gateway\s+ready[\s\S]*stored\s+1/);
    const pointer = await run('git', ['show', 'HEAD:big.bin'], { cwd: join(directory, 'demo') });
    const [oid = ''] = /[0-9a-f]{64}/.exec(pointer.stdout) ?? [];
    const life = await ballast('object', 'explain', oid);
    expect(life.stdout).toMatch(/ObjectStaged[\s\S]*ObjectLinked[\s\S]*ObjectStored/);
  });

  it('refuses a second start on the same data, and explains wrong usage', async () => {
    const second = await ballast('up');
    expect(second.code).not.toBe(0);
    expect(second.stderr).toMatch(/already/i);
    const wrong = await ballast('stauts');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/status/);
  });

  it('ends cleanly on Ctrl-C and starts again with the same port, without telling the token again', async () => {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    const ended = new Promise<number | null>((done) => start.once('exit', done));
    start.kill('SIGINT');
    expect(await ended).toBe(0);
    said = '';
    start = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs'), '--data-dir', data], { cwd: directory });
    start.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually('it is ready again', () => expect(said).toMatch(/Ballast is ready[\s\S]*Ctrl-C/), 60_000);
    expect(said).toContain(url);
    expect(said).not.toMatch(/blst_/);
    const again = new Promise<number | null>((done) => start.once('exit', done));
    start.kill('SIGTERM');
    expect(await again).toBe(0);
  }, 120_000);
});
