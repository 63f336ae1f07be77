import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const HOOKS = fileURLToPath(new URL('../../testing/src/processes/typescript.mjs', import.meta.url));

/** A service whose `start` has this body, as a process of its own. */
const service = (start: string) => {
  const script = `
    import { runService } from '#platform/run-service.js';
    import { createLogger } from '#platform/logger.js';
    const logger = createLogger('spec', { logLevel: 'info' });
    await runService(logger, async () => { ${start} });`;
  const flags = [
    '--conditions=source',
    '--experimental-transform-types',
    '--no-warnings',
    '--import',
    HOOKS,
    '--input-type=module',
  ];
  const child = spawn(process.execPath, [...flags, '--eval', script], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  return {
    child,
    ready: once(child, 'message').then(([message]) => message as unknown),
    // Not 'close', which a child that was disconnected never emits.
    exit: Promise.all([once(child, 'exit'), new Promise((resolve) => child.stdout?.once('end', resolve))]).then(
      ([[code]]) => code as unknown,
    ),
    lines: () =>
      output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { level: string; msg: string }),
  };
};

const idle = (stop = 'Promise.resolve()') => `
  const timer = setInterval(() => {}, 1000);
  return { ports: { http: 8080 }, stop: () => { clearInterval(timer); return ${stop}; } };`;

describe('a service', () => {
  it('tells its supervisor its ports, drains on SIGTERM and exits 0', async () => {
    const { child, ready, exit, lines } = service(idle());
    expect(await ready).toEqual({ type: 'ready', ports: { http: 8080 } });
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(lines().map(({ msg }) => msg)).toEqual(['ready', 'draining', 'stopped']);
  });

  it('drains once, however often it is told to', async () => {
    const { child, ready, exit, lines } = service(idle('new Promise((resolve) => setTimeout(resolve, 500))'));
    await ready;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGTERM', 'SIGINT'] as const) child.kill(signal);
    expect(await exit).toBe(0);
    expect(lines().map(({ msg }) => msg)).toEqual(['ready', 'draining', 'stopped']);
  });

  it('drains when its supervisor is gone', async () => {
    const { child, ready, exit } = service(idle());
    await ready;
    child.disconnect();
    expect(await exit).toBe(0);
  });

  it.each([
    [
      'an exception that nobody caught',
      `setTimeout(() => { throw new Error('lost'); }, 10); ${idle()}`,
      'uncaught exception',
    ],
    [
      'a rejection that nobody handled',
      `setTimeout(() => { void Promise.reject(new Error('lost')); }, 10); ${idle()}`,
      'unhandled rejection',
    ],
    ['a start that fails', `throw new Error('no disk');`, 'could not start'],
  ])('logs %s and exits 1', async (_, start, why) => {
    const { exit, lines } = service(start);
    expect(await exit).toBe(1);
    expect(lines().at(-1)).toMatchObject({ level: 'fatal', msg: why, err: { message: expect.any(String) } });
  });

  it('exits 1 when it cannot stop cleanly', async () => {
    const { child, ready, exit, lines } = service(idle(`Promise.reject(new Error('stuck'))`));
    await ready;
    child.kill('SIGTERM');
    expect(await exit).toBe(1);
    expect(lines().at(-1)).toMatchObject({ level: 'fatal', msg: 'could not stop cleanly' });
  });
});
