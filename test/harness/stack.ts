import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as Postgres } from 'pg';
import { MILESTONES, type Milestone } from '#platform/milestone.js';
import { atTerminal } from './pseudo-terminal.js';
import { ROOT } from './root.js';
import { eventually, run, type Finished, type Typing } from './run.js';

const CLI = join(ROOT, 'dist/apps/cli/src/main.js');
const PRELOAD = join(ROOT, 'test/failpoints/preload.mjs');

export type ServiceName = 'gateway' | 'worker' | 'reconciler';

/** What `ballast up` writes for other commands. */
interface StackFile {
  readonly url: string;
  readonly services: readonly {
    readonly name: ServiceName | 'database';
    readonly pid: number | null;
    readonly state: string;
    readonly ports: Readonly<Record<string, number>>;
  }[];
}

export interface StackOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** False keeps the preload of the crash drills out, as in a benchmark. */
  readonly failpoints?: boolean;
}

/** The whole product as a user starts it: `ballast up` on a data directory of its own, with the failpoint preload at hand. */
export class Stack {
  readonly directory = mkdtempSync(join(tmpdir(), 'ballast-e2e-'));
  readonly dataDirectory = join(this.directory, 'data');
  readonly failpoints = join(this.directory, 'failpoints');
  output = '';
  token = '';
  private process: ChildProcess | null = null;
  private readonly others: ChildProcess[] = [];

  constructor(private readonly options: StackOptions = {}) {
    // Root's database runs as another user, who has to get at its files; else they would lie outside and stay.
    chmodSync(this.directory, 0o711);
    mkdirSync(this.failpoints);
  }

  async start(): Promise<this> {
    const child = spawn(
      process.execPath,
      [CLI, 'up', '--data-dir', this.dataDirectory, '--port', '0', ...(this.options.args ?? [])],
      {
        cwd: this.directory,
        env: this.environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.process = child;
    const from = this.output.length;
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    await eventually(
      `the stack is ready:\n${this.output.slice(from)}`,
      () => {
        if (child.exitCode !== null) throw new Error(`exited with ${child.exitCode}:\n${this.output.slice(from)}`);
        if (!this.output.slice(from).includes('Ballast is ready')) throw new Error('not ready');
      },
      90_000,
    );
    this.token ||= /blst_[A-Za-z0-9]+_[A-Za-z0-9]+/.exec(this.output)?.[0] ?? '';
    return this;
  }

  get gatewayUrl(): string {
    return this.stackFile().url;
  }

  get databaseUrl(): string {
    const secrets = readFileSync(join(this.dataDirectory, 'secrets.json'), 'utf8');
    const { databasePassword } = JSON.parse(secrets) as { databasePassword: string };
    return `postgresql://ballast:${databasePassword}@127.0.0.1:${this.service('database').ports['database']}/ballast`;
  }

  /** Rows of the stack's database, on a connection of their own. */
  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const database = new Postgres({ connectionString: this.databaseUrl });
    await database.connect();
    try {
      return (await database.query<Row>(sql, [...values])).rows;
    } finally {
      await database.end();
    }
  }

  get hotTier(): string {
    return join(this.dataDirectory, 'hot');
  }

  get vault(): string {
    return join(this.dataDirectory, 'vault');
  }

  /** Process id of a service that is up; throws while it is being started again. */
  pid(service: ServiceName): number {
    const { pid, state } = this.service(service);
    if (pid === null || state !== 'ready') throw new Error(`${service} is ${state}`);
    return pid;
  }

  /** Process id of PostgreSQL's own main process. */
  postgresPid(): number {
    const directory = join(this.dataDirectory, 'postgres');
    const moved = join(directory, 'cluster-location');
    const cluster = existsSync(moved) ? readFileSync(moved, 'utf8').trim() : join(directory, 'cluster');
    return Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  operationsUrl(service: ServiceName): string {
    return `http://127.0.0.1:${this.service(service).ports['operations']}`;
  }

  /** LFS URL of a repository with the credentials in it, as `lfs.url` takes it. */
  lfsUrl(repository = 'acme/demo', token = this.token): string {
    const url = new URL(`${this.gatewayUrl}/${repository}.git/info/lfs`);
    url.username = 'git';
    url.password = token;
    return url.href;
  }

  /** Orders what happens when a service reaches a milestone next: `kill`, `stop`, `busy:<ms>`, `throw`. */
  arm(milestone: Milestone, action: string): void {
    rmSync(join(this.failpoints, `${milestone}.fired`), { force: true });
    writeFileSync(join(this.failpoints, milestone), action);
  }

  async fired(milestone: Milestone, timeoutMs = 30_000): Promise<void> {
    await eventually(`${milestone} fires`, () => readFileSync(join(this.failpoints, `${milestone}.fired`)), timeoutMs);
  }

  disarm(): void {
    for (const milestone of MILESTONES) rmSync(join(this.failpoints, milestone), { force: true });
  }

  /** Waits until every service says ready (or degraded). */
  async ready(timeoutMs = 60_000): Promise<void> {
    for (const service of ['gateway', 'worker', 'reconciler'] as const) {
      await eventually(
        `${service} is ready`,
        async () => {
          const answer = await fetch(`${this.operationsUrl(service)}/readyz`, { signal: AbortSignal.timeout(4_000) });
          if (!answer.ok) throw new Error(await answer.text());
        },
        timeoutMs,
      );
    }
  }

  /** Starts one more worker beside the supervised one, with that one's environment, as a second host would; returns its process id. */
  async startSecondWorker(): Promise<number> {
    const lines = readFileSync(`/proc/${this.pid('worker')}/environ`, 'utf8')
      .split('\0')
      .filter(Boolean);
    const entries = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
    const env = Object.fromEntries(entries.filter(([name]) => !name.startsWith('NODE_CHANNEL')));
    const child = spawn(process.execPath, [join(ROOT, 'dist/apps/worker/src/main.js')], {
      env: { ...env, BALLAST_OPERATIONS_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.others.push(child);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually('the second worker is ready', () => {
      if (!said.includes('"ready"')) throw new Error(said.slice(-500));
    });
    return child.pid ?? 0;
  }

  /** Runs a `ballast` command against this stack and hands over what it says while it runs. */
  converse(args: readonly string[], listen: (said: string) => void, timeoutMs = 60_000): Promise<Finished> {
    return run(process.execPath, [CLI, ...args, '--data-dir', this.dataDirectory], {
      env: this.environment(),
      timeoutMs,
      listen,
    });
  }

  /** Runs a `ballast` command at a terminal, and says `echo is on` when that shows again what is typed afterwards. */
  typed(args: readonly string[], typing: Typing): Promise<Finished> {
    const words = [process.execPath, CLI, ...args, '--data-dir', this.dataDirectory];
    const command = words.map((word) => `'${word}'`).join(' ');
    const line = `${command}; code=$?; stty -a | grep -q ' echo ' && echo echo is on; exit $code`;
    return atTerminal(line, typing, { env: this.environment(), timeoutMs: 60_000 });
  }

  /** Runs a `ballast` command against this stack. */
  cli(args: readonly string[], timeoutMs = 60_000): Promise<Finished> {
    return run(process.execPath, [CLI, ...args, '--data-dir', this.dataDirectory], {
      env: this.environment(),
      timeoutMs,
    });
  }

  /** Ends the stack as Ctrl-C does; returns its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    const child = this.process;
    this.process = null;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 90_000);
    const code = await ended;
    clearTimeout(timer);
    return code;
  }

  async dispose(): Promise<void> {
    for (const child of this.others) child.kill('SIGKILL');
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private service(name: ServiceName | 'database'): StackFile['services'][number] {
    const service = this.stackFile().services.find((entry) => entry.name === name);
    if (!service) throw new Error(`no ${name} in stack.json`);
    return service;
  }

  private stackFile(): StackFile {
    return JSON.parse(readFileSync(join(this.dataDirectory, 'stack.json'), 'utf8')) as StackFile;
  }

  private drilled(): NodeJS.ProcessEnv {
    return {
      NODE_OPTIONS: `--import ${PRELOAD}`,
      BALLAST_TEST_FAILPOINTS: this.failpoints,
      BALLAST_TEST_MILESTONES: MILESTONES.join(','),
    };
  }

  private environment(): NodeJS.ProcessEnv {
    const { PATH, HOME, LANG, TMPDIR } = process.env;
    return {
      PATH,
      HOME,
      LANG,
      TMPDIR,
      ...(this.options.failpoints === false ? {} : this.drilled()),
      ...this.options.environment,
    };
  }
}
