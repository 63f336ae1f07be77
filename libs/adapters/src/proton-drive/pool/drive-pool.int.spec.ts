import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Fault } from '#domain/fault/fault.js';
import { createLogger } from '#platform/logger.js';
import { objectOf } from '#testing/contracts/blob-store.contract.js';
import { chunked } from '#testing/memory/memory-world.js';
import { memoryDriveProgram, realTime, SOURCE_ARGS } from '#testing/rpc/sdk-program.js';
import { DriveHost, type Observation } from '../drive-host.js';
import { DrivePool } from './drive-pool.js';
import { SdkProcess } from './sdk-process.js';

const never = (): AbortSignal => new AbortController().signal;
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const eventually = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries > 400) throw new Error(`never: ${what}`);
    await delay(25);
  }
};

class Host extends DriveHost {
  readonly observations: Observation[] = [];
  stopped = false;

  override async permit(): Promise<void> {
    if (this.stopped) throw new Fault('vault.abuse-blocked', { detail: '2028' });
  }

  override async observed(observation: Observation): Promise<void> {
    this.observations.push(observation);
  }

  override async tokens(refused: string | null): Promise<{ uid: string; accessToken: string }> {
    return { uid: 'uid', accessToken: `newer than ${refused}` };
  }

  override async keyPassword(): Promise<string> {
    return 'key password';
  }
}

const config = {
  ...{ baseUrl: 'https://drive.test', development: false, appVersion: 'external-drive-ballast@0.0.0-alpha' },
  ...{ clientUidPrefix: 'spec', transfersMax: 2, debug: false },
};
const ignored = { telemetry: () => undefined, debugLine: () => undefined };

describe('a pool of processes of the SDK', () => {
  let pool: DrivePool;
  let host: Host;
  let logged: string;

  const open = (processes: number): void => {
    const destination = new Writable({
      write: (chunk: Buffer, _, done) => {
        logged += chunk.toString();
        done();
      },
    });
    const logger = createLogger('spec', { logLevel: 'debug' }, destination);
    const options = { program: memoryDriveProgram, host, listeners: ignored, logger, pingMs: 50, silentMs: 1_000 };
    const start = () => SdkProcess.start(config, options);
    pool = new DrivePool({ processes, transfersMax: 2 }, { start, ...realTime, logger });
  };
  const find = (name: string, signal = never()) => pool.find('', name, signal);
  const pidOf = async (): Promise<number> => Number(await find('pid'));

  beforeEach(() => {
    host = new Host();
    logged = '';
  });
  afterEach(() => pool.close());

  it('moves bytes there and back, unchanged', async () => {
    open(1);
    const { oid, size, bytes } = objectOf(9_000_001);
    const parent = await pool.root(never());
    const file = { parent, name: oid, mark: { v: 1, oid, size }, sha1: null } as const;
    const outcome = await pool.upload(file, chunked(bytes, 700_001), never());
    expect(outcome).toMatchObject({ outcome: 'uploaded' });
    const parts: Uint8Array[] = [];
    for await (const part of pool.download(outcome.node, never())) parts.push(part);
    expect(Buffer.compare(Buffer.concat(parts), bytes)).toBe(0);
    const names: string[] = [];
    for await (const child of pool.children(parent, never())) names.push(child.name);
    expect(names).toEqual([oid]);
    await expect(pool.find('nowhere', 'x', never())).rejects.toMatchObject({ code: 'vault.absent' });
  });

  it('lets its processes ask the worker for permits, tokens and the password of the keys', async () => {
    open(1);
    expect(await find('tokens')).toBe('newer than old key password');
    host.stopped = true;
    await expect(find('tokens')).rejects.toMatchObject({ code: 'vault.abuse-blocked', facts: { detail: '2028' } });
  });

  it('gives its processes neither arguments nor an environment to find anything in', async () => {
    open(1);
    const { argv, env } = JSON.parse((await find('environment')) ?? '') as { argv: string[]; env: string[] };
    expect(argv).toEqual([]);
    expect(env.filter((name) => /BALLAST|DATABASE|TOKEN|NODE_OPTIONS/.test(name))).toEqual([]);
  });

  it('logs what its processes print, without credentials', async () => {
    open(1);
    await find('print');
    await eventually('it is in the log', () => logged.includes('Authorization'));
    expect(logged).not.toContain('abcdefsecret');
  });

  it('replaces a process that is killed, and fails its calls so that they run again', async () => {
    open(1);
    const pid = await pidOf();
    const hanging = find('hang');
    await delay(50);
    process.kill(pid, 'SIGKILL');
    await expect(hanging).rejects.toMatchObject({ code: 'vault.unavailable' });
    const next = await pidOf();
    expect(next).not.toBe(pid);
  });

  it('replaces a process that crashes', async () => {
    open(1);
    const pid = await pidOf();
    await expect(find('crash')).rejects.toMatchObject({ code: 'vault.unavailable' });
    expect(await pidOf()).not.toBe(pid);
  });

  it('kills a process whose event loop stands still, and goes on with the others meanwhile', async () => {
    open(2);
    await pidOf();
    await eventually('both run', async () => new Set(await Promise.all([pidOf(), pidOf()])).size === 2);
    const blocked = find('block');
    const failed = expect(blocked).rejects.toMatchObject({ code: 'vault.unavailable' });
    const other = await pidOf();
    expect(await pidOf()).toBe(other);
    await failed;
    await eventually('there are two again', async () => new Set(await Promise.all([pidOf(), pidOf()])).size === 2);
  });

  it('says that it is unavailable where the system starts no process', async () => {
    const { execPath } = process;
    process.execPath = '/nowhere/node';
    try {
      const options = {
        program: memoryDriveProgram,
        host,
        listeners: ignored,
        logger: createLogger('spec', { logLevel: 'silent' }),
      };
      await expect(SdkProcess.start(config, options)).rejects.toMatchObject({ code: 'vault.unavailable' });
    } finally {
      process.execPath = execPath;
    }
  });

  it('ends its processes when it is closed, and refuses what comes later', async () => {
    open(1);
    const pid = await pidOf();
    await pool.close();
    expect(isAlive(pid)).toBe(false);
    await expect(pidOf()).rejects.toMatchObject({ code: 'service.draining' });
  });

  it('leaves no process behind when the worker is killed', async () => {
    open(1);
    const worker = fork(fileURLToPath(new URL('../../../../testing/src/rpc/worker-main.ts', import.meta.url)), {
      execArgv: [...SOURCE_ARGS],
    });
    const [{ pid }] = (await once(worker, 'message')) as [{ pid: number }];
    expect(isAlive(pid)).toBe(true);
    worker.kill('SIGKILL');
    await eventually('the process of the SDK is gone', () => !isAlive(pid));
  });

  it('stops a call at its signal, even one that never answers', async () => {
    open(1);
    await pidOf();
    const stopping = new AbortController();
    const call = find('hang', stopping.signal);
    const startedAt = performance.now();
    stopping.abort(new Error('stopped'));
    await expect(call).rejects.toThrow('stopped');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
