import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirectory, directoryMode, readJson, writeJson } from './data-directory.js';
import { choosePort, keepPorts, readPorts } from './ports.js';
import { identityOf, isRunning } from './process-identity.js';
import { keepSecrets } from './secrets.js';
import { findStack, runningStack, writeStack, type StackFile } from './stack-file.js';
import { lockDirectory } from './stack-lock.js';
import { stackEnvironment, targetEnvironment } from './target.js';

describe('the data directory', () => {
  let data: DataDirectory;

  beforeEach(async () => {
    data = new DataDirectory(await mkdtemp(join(tmpdir(), 'ballast-data-')));
    data.prepare();
  });

  afterEach(() => rm(data.root, { recursive: true, force: true }));

  const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

  it('is closed to others, as are its secrets', async () => {
    keepSecrets(data);
    expect(await modeOf(data.root)).toBe(directoryMode());
    expect(await modeOf(data.hot)).toBe(0o700);
    expect(await modeOf(data.file('secrets.json'))).toBe(0o600);
  });

  it('cannot be made where a file is: said in one sentence', () => {
    const file = data.file('ports.json');
    writeJson(file, {});
    expect(() => new DataDirectory(join(file, 'below')).prepare()).toThrow(/stack\.failed/);
  });

  describe('secrets', () => {
    it('are made once, differ everywhere, and are kept', () => {
      const first = keepSecrets(data);
      expect(keepSecrets(data)).toEqual(first);
      expect(new Set(Object.values(first)).size).toBe(5);
    });

    it('are never made anew over a damaged file', async () => {
      keepSecrets(data);
      await writeFile(data.file('secrets.json'), '{"version":1');
      expect(() => keepSecrets(data)).toThrow(/put it back from a backup/);
    });
  });

  describe('the lock', () => {
    it('is held by one, and free afterwards', () => {
      const unlock = lockDirectory(data.root);
      expect(() => lockDirectory(data.root)).toThrow(/^stack\.running/);
      unlock();
      lockDirectory(data.root)();
    });

    it('of a process that died is taken over, also when its number is used again', () => {
      const { pid } = spawnSync(process.execPath, ['--version']);
      writeJson(data.lock, { pid, startedAt: '1' });
      lockDirectory(data.root)();
      writeJson(data.lock, { pid: process.pid, startedAt: '1' });
      lockDirectory(data.root)();
    });

    it('that is damaged is taken over', async () => {
      await writeFile(data.lock, '');
      lockDirectory(data.root)();
    });
  });

  describe('ports', () => {
    it('stay as they were, unless somebody else has them', async () => {
      const { port } = await choosePort('127.0.0.1', 0, undefined);
      keepPorts(data, { gateway: port });
      keepPorts(data, { database: 5 });
      expect(readPorts(data)).toEqual({ gateway: port, database: 5 });
      expect(await choosePort('127.0.0.1', null, port)).toEqual({ port, taken: null });
      const other = createServer().listen(port, '127.0.0.1');
      await once(other, 'listening');
      const moved = await choosePort('127.0.0.1', null, port);
      expect(moved).toEqual({ port: expect.any(Number), taken: port });
      expect(moved.port).not.toBe(port);
      await expect(choosePort('127.0.0.1', (other.address() as AddressInfo).port, undefined)).rejects.toMatchObject({
        code: 'stack.failed',
        facts: { reason: `port ${port} is taken by another program` },
      });
      other.close();
    });
  });

  describe('a running stack', () => {
    const stack = (): StackFile => ({
      version: 1,
      pid: process.pid,
      startedAt: '2026-01-02T03:04:05.678Z',
      url: 'http://127.0.0.1:8417',
      database: 'embedded',
      settings: { BALLAST_PUBLIC_URL: 'http://127.0.0.1:8417', BALLAST_HOT_TIER_DIR: data.hot },
      services: [{ name: 'gateway', pid: 1, state: 'ready', ports: { http: 8417 }, restarts: 0 }],
    });

    it('is found while its process lives, and not after', () => {
      expect(() => runningStack(data)).toThrow(/^stack\.absent/);
      const unlock = lockDirectory(data.root);
      writeStack(data, stack());
      expect(runningStack(data)).toEqual(stack());
      unlock();
      expect(findStack(data)).toBeNull();
    });

    it('gives commands its environment; what the process says itself comes first', () => {
      const secrets = keepSecrets(data);
      keepPorts(data, { database: 5433 });
      const unlock = lockDirectory(data.root);
      writeStack(data, stack());
      const target = targetEnvironment(data.root, { BALLAST_TOKEN_PEPPER: 'mine', PATH: '/bin' });
      expect(target).toMatchObject({
        PATH: '/bin',
        BALLAST_PUBLIC_URL: 'http://127.0.0.1:8417',
        BALLAST_TOKEN_PEPPER: 'mine',
        BALLAST_DATABASE_URL: `postgresql://ballast:${secrets.databasePassword}@127.0.0.1:5433/ballast`,
      });
      unlock();
      expect(() => targetEnvironment(data.root, {})).toThrow(/^stack\.absent/);
      expect(targetEnvironment(data.root, { BALLAST_DATABASE_URL: 'postgresql://elsewhere/x' })).toMatchObject({
        BALLAST_DATABASE_URL: 'postgresql://elsewhere/x',
      });
    });

    it('with a database of its own says that it has to be named', () => {
      const unlock = lockDirectory(data.root);
      writeStack(data, { ...stack(), database: 'external' });
      expect(() => targetEnvironment(data.root, {})).toThrow(/BALLAST_DATABASE_URL is required/);
      unlock();
    });
  });

  it('is none at all for whoever has never started a stack', () => {
    expect(stackEnvironment(join(data.root, 'none'), { PATH: '/bin' })).toEqual({ PATH: '/bin' });
    expect(readJson(join(data.root, 'none'))).toBeNull();
  });
});

describe('a process', () => {
  it('is told by number and start time', () => {
    expect(isRunning(identityOf(process.pid))).toBe(true);
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(isRunning({ pid, startedAt: null })).toBe(false);
  });
});
