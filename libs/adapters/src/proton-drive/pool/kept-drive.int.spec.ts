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
import { KeptDrive } from './kept-drive.js';
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

describe('a process of the SDK that is kept running', () => {
  let kept: KeptDrive;
  let host: Host;
  let logged: string;

  const open = (): void => {
    const destination = new Writable({
      write: (chunk: Buffer, _, done) => {
        logged += chunk.toString();
        done();
      },
    });
    const logger = createLogger('spec', { logLevel: 'debug' }, destination);
    const options = { program: memoryDriveProgram, host, listeners: ignored, logger, pingMs: 50, silentMs: 1_000 };
    const start = () => SdkProcess.start(config, options);
    kept = new KeptDrive({ transfersMax: 2 }, { start, ...realTime, logger });
  };
  const find = (name: string, signal = never()) => kept.find('', name, signal);
  const pidOf = async (): Promise<number> => Number(await find('pid'));

  beforeEach(() => {
    host = new Host();
    logged = '';
  });
  afterEach(() => kept.close());

  it('moves bytes there and back, unchanged', async () => {
    open();
    const { oid, size, bytes } = objectOf(9_000_001);
    const parent = await kept.root(never());
    const file = { parent, name: oid, mark: { v: 1, oid, size }, sha1: null } as const;
    const outcome = await kept.upload(file, chunked(bytes, 700_001), never());
    expect(outcome).toMatchObject({ outcome: 'uploaded' });
    const parts: Uint8Array[] = [];
    for await (const part of kept.download(outcome.node, never())) parts.push(part);
    expect(Buffer.compare(Buffer.concat(parts), bytes)).toBe(0);
    const names: string[] = [];
    for await (const child of kept.children(parent, never())) names.push(child.name);
    expect(names).toEqual([oid]);
    await expect(kept.find('nowhere', 'x', never())).rejects.toMatchObject({ code: 'vault.absent' });
  });

  it('lets its process ask the worker for permits, tokens and the password of the keys', async () => {
    open();
    expect(await find('tokens')).toBe('newer than old key password');
    host.stopped = true;
    await expect(find('tokens')).rejects.toMatchObject({ code: 'vault.abuse-blocked', facts: { detail: '2028' } });
  });

  it('gives its process neither arguments nor an environment to find anything in', async () => {
    open();
    const { argv, env } = JSON.parse((await find('environment')) ?? '') as { argv: string[]; env: string[] };
    expect(argv).toEqual([]);
    expect(env.filter((name) => /BALLAST|DATABASE|TOKEN|NODE_OPTIONS/.test(name))).toEqual([]);
  });

  it('logs what its process prints, without credentials', async () => {
    open();
    await find('print');
    await eventually('it is in the log', () => logged.includes('Authorization'));
    expect(logged).not.toContain('abcdefsecret');
  });

  it('replaces a process that is killed, and fails its calls so that they run again', async () => {
    open();
    const pid = await pidOf();
    const hanging = find('hang');
    await delay(50);
    process.kill(pid, 'SIGKILL');
    await expect(hanging).rejects.toMatchObject({ code: 'vault.unavailable' });
    const next = await pidOf();
    expect(next).not.toBe(pid);
  });

  it('replaces a process that crashes', async () => {
    open();
    const pid = await pidOf();
    await expect(find('crash')).rejects.toMatchObject({ code: 'vault.unavailable' });
    expect(await pidOf()).not.toBe(pid);
  });

  it('kills a process whose event loop stands still', async () => {
    open();
    const pid = await pidOf();
    await expect(find('block')).rejects.toMatchObject({ code: 'vault.unavailable' });
    expect(await pidOf()).not.toBe(pid);
    expect(isAlive(pid)).toBe(false);
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

  it('ends its process when it is closed, and refuses what comes later', async () => {
    open();
    const pid = await pidOf();
    await kept.close();
    expect(isAlive(pid)).toBe(false);
    await expect(pidOf()).rejects.toMatchObject({ code: 'service.draining' });
  });

  it('leaves no process behind when the worker is killed', async () => {
    open();
    const worker = fork(fileURLToPath(new URL('../../../../testing/src/rpc/worker-main.ts', import.meta.url)), {
      execArgv: [...SOURCE_ARGS],
    });
    const [{ pid }] = (await once(worker, 'message')) as [{ pid: number }];
    expect(isAlive(pid)).toBe(true);
    worker.kill('SIGKILL');
    await eventually('the process of the SDK is gone', () => !isAlive(pid));
  });

  it('stops a call at its signal, even one that never answers', async () => {
    open();
    await pidOf();
    const stopping = new AbortController();
    const call = find('hang', stopping.signal);
    const startedAt = performance.now();
    stopping.abort(new Error('stopped'));
    await expect(call).rejects.toThrow('stopped');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
