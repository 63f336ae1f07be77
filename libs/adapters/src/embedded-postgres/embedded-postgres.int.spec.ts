import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.js';

const ask = async (url: string, sql: string): Promise<unknown> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>({ text: sql });
    return rows[0] === undefined ? undefined : Object.values(rows[0])[0];
  } finally {
    await client.end();
  }
};

describe('embedded PostgreSQL', () => {
  let home: string;
  let servers: EmbeddedPostgres[];

  const start = async (options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ dataDir: join(home, 'postgres'), durable: false, ...options });
    servers.push(server);
    return server;
  };

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ballast-embedded-'));
    servers = [];
  });

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all(servers.map(({ directory }) => rm(directory, { recursive: true, force: true })));
    await rm(home, { recursive: true, force: true });
  });

  it('starts on 127.0.0.1 in a directory that only its owner may enter, and keeps what was written', async () => {
    const first = await start({ durable: true });
    expect(await ask(first.url, 'show fsync')).toBe('on');
    expect(await ask(first.url, 'show server_encoding')).toBe('UTF8');
    expect(await ask(first.url, 'select rolsuper from pg_roles where rolname = current_user')).toBe(false);
    await ask(first.url, 'create table kept as select 42 as answer');
    await first.stop();
    const second = await start({ durable: true });
    expect(await ask(second.url, 'select answer from kept')).toBe(42);
  }, 60_000);

  it('recovers after the server was killed', async () => {
    const first = await start({ durable: true });
    await ask(first.url, 'create table kept as select 42 as answer');
    const [pid] = (await readFile(join(first.directory, 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGKILL');
    await first.exited;
    await first.stop();
    const second = await start({ durable: true });
    expect(await ask(second.url, 'select answer from kept')).toBe(42);
  }, 60_000);

  it('refuses a second server on the same data directory and says who runs it', async () => {
    const first = await start();
    await expect(start()).rejects.toMatchObject({
      code: 'stack.failed',
      facts: { reason: expect.stringContaining(String(process.pid)) },
    });
    expect(await ask(first.url, 'select 1')).toBe(1);
  }, 60_000);

  it('takes over from an owner that died, stopping the server that it left behind', async () => {
    const first = await start({ durable: true });
    await ask(first.url, 'create table kept as select 42 as answer');
    await writeFile(join(home, 'postgres', 'owner'), '1 0');
    const second = await start({ durable: true });
    await first.exited;
    expect(await ask(second.url, 'select answer from kept')).toBe(42);
  }, 60_000);

  it('is not kept from starting by a pid file whose number another process has now', async () => {
    const first = await start();
    await first.stop();
    await writeFile(
      join(first.directory, 'postmaster.pid'),
      `${process.ppid}\n${first.directory}\n1\n1\n\n127.0.0.1\n\n`,
    );
    const second = await start();
    expect(await ask(second.url, 'select 1')).toBe(1);
  }, 60_000);

  it('quotes the log of a server that does not start', async () => {
    const first = await start();
    await first.stop();
    await writeFile(join(first.directory, 'postgresql.conf'), 'no_such_setting = 1\n');
    await expect(start()).rejects.toMatchObject({
      code: 'stack.failed',
      facts: { log: expect.stringContaining('no_such_setting') },
    });
  }, 60_000);

  it('says that a given port is taken', async () => {
    const first = await start();
    await expect(start({ dataDir: join(home, 'other'), port: first.port })).rejects.toMatchObject({
      facts: { reason: `port ${first.port} of 127.0.0.1 is taken` },
    });
    const { directory } = await start({ dataDir: join(home, 'other') });
    expect(directory).not.toBe(first.directory);
  }, 60_000);

  it('leaves a directory alone that holds something else', async () => {
    await mkdir(join(home, 'postgres', 'cluster'), { recursive: true });
    await writeFile(join(home, 'postgres', 'cluster', 'thesis.doc'), 'years of work');
    await writeFile(join(home, 'postgres', 'cluster-location'), join(home, 'postgres', 'cluster'));
    await expect(start()).rejects.toMatchObject({ code: 'stack.failed', facts: { step: 'initdb' } });
    expect(await readFile(join(home, 'postgres', 'cluster', 'thesis.doc'), 'utf8')).toBe('years of work');
  });
});
