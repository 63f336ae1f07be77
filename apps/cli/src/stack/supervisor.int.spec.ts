import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from './process-identity.js';
import {
  restartDelayMs,
  restartPolicy,
  RESTARTS,
  ServiceProcess,
  type RestartPolicy,
  type ServiceObserver,
} from './service-process.js';
import { Supervisor } from './supervisor.js';

/** A service as small as can be: says ready, notes its end, leaves when told to or when its parent is gone. */
const SERVICE = `
  import { appendFileSync } from 'node:fs';
  const { NAME, LOG, DRAIN_MS = '0' } = process.env;
  const note = (what) => appendFileSync(LOG, what + ' ' + NAME + '\\n');
  process.on('SIGINT', () => note('interrupted'));
  process.on('SIGTERM', () => setTimeout(() => { note('stopped'); process.exit(0); }, Number(DRAIN_MS)));
  process.on('disconnect', () => process.exit(0));
  console.log(JSON.stringify({ level: 'info', msg: 'hello from ' + NAME }));
  note('started');
  process.send({ type: 'ready', ports: { http: 4711 } });
`;
const STUBBORN = `process.on('SIGTERM', () => {}); process.send({ type: 'ready', ports: {} }); setInterval(() => {}, 1000);`;
const BROKEN = `console.error('no such thing'); process.exit(Number(process.env.CODE));`;

const POLICY: RestartPolicy = { ...RESTARTS, baseMs: 20, capMs: 100, startTries: 3, stopLimitMs: 5_000 };

describe('supervised services', () => {
  let home: string;
  let log: string;
  const started: ServiceProcess[] = [];

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ballast-supervisor-'));
    log = join(home, 'log');
    await writeFile(log, '');
  });

  afterEach(async () => {
    for (const service of started.splice(0)) service.kill();
    await rm(home, { recursive: true, force: true });
  });

  const noted = async () => (await readFile(log, 'utf8')).trim().split('\n');
  const lines: string[] = [];
  const observer: ServiceObserver = {
    line: (service, line) => void lines.push(`${service} ${line}`),
    changed: () => undefined,
    ended: (service, how) => void lines.push(`${service} ${how}`),
  };

  const service = async (
    name: string,
    script = SERVICE,
    options: { env?: Record<string, string>; policy?: RestartPolicy } = {},
  ) => {
    const main = join(home, `${name}.mjs`);
    await writeFile(main, script);
    const environment = { NAME: name, LOG: log, ...options.env };
    const made = new ServiceProcess({ name, main, environment }, observer, options.policy ?? POLICY);
    started.push(made);
    return made;
  };

  const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    for (let tries = 0; !(await condition()); tries += 1) {
      if (tries > 400) throw new Error('it did not come about');
      await delay(25);
    }
  };

  it('tell their ports when ready, and pass on what they print', async () => {
    const gateway = await service('gateway');
    expect(await gateway.start()).toEqual({ http: 4711 });
    expect(gateway.entry).toMatchObject({ name: 'gateway', state: 'ready', ports: { http: 4711 }, restarts: 0 });
    await until(() => lines.some((line) => line.includes('hello from gateway')));
    await gateway.stop();
    expect(gateway.entry).toMatchObject({ state: 'stopped', pid: null });
  });

  it('get nothing on their command line', async () => {
    const main = `process.send({ type: 'ready', ports: { arguments: process.argv.length - 2 } }); setInterval(() => {}, 1000);`;
    const curious = await service('curious', main, { env: { PASSWORD: 'hunter2' } });
    expect(await curious.start()).toEqual({ arguments: 0 });
  });

  it('are started again at once when they are killed', async () => {
    const worker = await service('worker');
    await worker.start();
    const { pid } = worker.entry;
    process.kill(pid ?? 0, 'SIGKILL');
    await until(() => worker.entry.state === 'ready' && worker.entry.pid !== pid);
    expect(worker.entry.restarts).toBe(1);
    expect(lines).toContain('worker was ended by SIGKILL');
    expect(await noted()).toEqual(['started worker', 'started worker']);
  });

  it('stop in their order, each after the one before is gone', async () => {
    const supervisor = new Supervisor();
    const database = await service('database');
    const gateway = await service('gateway', SERVICE, { env: { DRAIN_MS: '150' } });
    const worker = await service('worker', SERVICE, { env: { DRAIN_MS: '50' } });
    await supervisor.run(database, 4);
    await Promise.all([supervisor.run(worker, 2), supervisor.run(gateway, 1)]);
    await supervisor.stop();
    expect((await noted()).slice(3)).toEqual(['stopped gateway', 'stopped worker', 'stopped database']);
    await expect(supervisor.run(await service('late'), 1)).rejects.toMatchObject({ code: 'service.draining' });
  });

  it('are stopped while they wait to be started again', async () => {
    const worker = await service('worker', SERVICE, { policy: { ...POLICY, baseMs: 60_000, capMs: 60_000 } });
    await worker.start();
    process.kill(worker.entry.pid ?? 0, 'SIGKILL');
    await until(() => worker.entry.state === 'restarting');
    await worker.stop();
    expect(worker.entry.state).toBe('stopped');
    expect(await noted()).toEqual(['started worker']);
  });

  it('are killed when a drain takes too long', async () => {
    const stubborn = await service('stubborn', STUBBORN, { policy: { ...POLICY, stopLimitMs: 100 } });
    await stubborn.start();
    await stubborn.stop();
    expect(stubborn.entry).toMatchObject({ state: 'stopped', pid: null });
  });

  it('are given up when they cannot start: at once for a wrong configuration', async () => {
    const wrong = await service('wrong', BROKEN, { env: { CODE: '2' } });
    await expect(wrong.start()).rejects.toMatchObject({
      code: 'stack.failed',
      facts: { service: 'wrong', reason: 'it ended with exit code 2' },
    });
    expect(wrong.entry.restarts).toBe(0);
    const broken = await service('broken', BROKEN, { env: { CODE: '1' } });
    await expect(broken.start()).rejects.toMatchObject({
      code: 'stack.failed',
      facts: { reason: 'it ended with exit code 1' },
    });
    expect(broken.entry).toMatchObject({ restarts: POLICY.startTries - 1, state: 'stopped' });
    await broken.stop();
  });

  it('are started again ever more slowly, up to a limit', () => {
    expect([1, 2, 3, 20].map((failures) => restartDelayMs(RESTARTS, failures))).toEqual([100, 200, 400, 10_000]);
    const hurried = restartPolicy({ restartPauseMax: 250 });
    expect([1, 2, 3, 20].map((failures) => restartDelayMs(hurried, failures))).toEqual([100, 200, 250, 250]);
    expect(restartDelayMs(restartPolicy({ restartPauseMax: 0 }), 20)).toBe(100);
  });

  it('leave no orphan when their supervisor is killed, and do not see its Ctrl-C', async () => {
    await service('gateway');
    const parent = join(home, 'parent.mjs');
    await writeFile(parent, parentScript(join(home, 'gateway.mjs'), log));
    const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning', '--conditions=source'];
    const supervisor = spawn(process.execPath, [...flags, parent], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const [output] = (await once(supervisor.stdout, 'data')) as [Buffer];
    const child = Number(output.toString());
    expect(isRunning({ pid: child, startedAt: null })).toBe(true);
    // As a terminal does: to every process of the foreground group. The supervisor here has no handler and dies of it.
    process.kill(-(supervisor.pid ?? 0), 'SIGINT');
    await once(supervisor, 'exit');
    await until(() => !isRunning({ pid: child, startedAt: null }));
    expect(await noted()).toEqual(['started gateway']);
  });
});

/** Runs a ServiceProcess from its source in a process that can be killed. */
const parentScript = (main: string, log: string): string => `
  import { registerHooks } from 'node:module';
  import { existsSync } from 'node:fs';
  import { fileURLToPath } from 'node:url';
  registerHooks({
    resolve: (specifier, context, next) => {
      if (!specifier.startsWith('.')) return next(specifier, context);
      const source = new URL(specifier.replace(/\\.js$/, '.ts'), context.parentURL);
      return existsSync(fileURLToPath(source)) ? { url: source.href, shortCircuit: true } : next(specifier, context);
    },
  });
  const { ServiceProcess } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'service-process.ts')).href)});
  const observer = { line: () => {}, changed: () => {}, ended: () => {} };
  const environment = { NAME: 'gateway', LOG: ${JSON.stringify(log)} };
  const service = new ServiceProcess({ name: 'gateway', main: ${JSON.stringify(main)}, environment }, observer);
  await service.start();
  console.log(service.entry.pid);
`;
