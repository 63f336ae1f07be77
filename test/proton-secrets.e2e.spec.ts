import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client as PostgresClient } from 'pg';
import { forget } from './harness/client.js';
import { ProtonDrill } from './harness/proton-drill.js';
import { eventually, type Finished } from './harness/run.js';
import { findSecrets, type Evidence, type Secret } from './harness/secret-search.js';
import type { ServiceName } from './harness/stack.js';
import { totp } from './proton-emulator/auth/totp.js';

const canary = (what: string): string => `canary-${what}-${randomBytes(12).toString('hex')}`;

const USERNAME = 'canary@proton.test';
const PASSWORD = canary('password');
const MAILBOX_PASSWORD = canary('mailbox');
const WRONG_PASSWORD = canary('wrong');
const TOTP_SECRET = 'CANARYJBSWY3DPEHPK3PXPCANARY2345';
const SERVICES: readonly ServiceName[] = ['gateway', 'worker', 'reconciler'];

describe('the forms of a secret', () => {
  const secret = { what: 'the secret', value: 'a?canary/of>secrets' };
  const long = `before ${secret.value} behind`;

  it.each([
    ['is', long],
    ['a URL', encodeURIComponent(long)],
    ['Base64', Buffer.from(long).toString('base64')],
    ['Base64', Buffer.from(`1${long}`).toString('base64url')],
    ['Base64', Buffer.from(`12${long}`).toString('base64')],
    ['hex', Buffer.from(long).toString('hex')],
    ['HEX', Buffer.from(long).toString('hex').toUpperCase()],
  ])('are found: %s', (form, text) => {
    expect(findSecrets([secret], [{ where: 'here', text }])).toContain(`the secret as ${form} in here`);
    const other = text.replaceAll(/[a-z]/gi, 'x');
    expect(findSecrets([secret], [{ where: 'here', text: other }])).toEqual([]);
  });
});

describe('a vault in Proton Drive', () => {
  const traces: Evidence[] = [];
  const said: Evidence[] = [];
  let collector: Server;
  let proton: ProtonDrill;

  beforeAll(async () => {
    collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        traces.push({ where: 'a trace', text: Buffer.concat(chunks) });
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => void collector.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const account = ['--username', USERNAME, '--password', PASSWORD, '--mailbox-password', MAILBOX_PASSWORD];
    proton = await ProtonDrill.start({
      failpoints: false,
      args: ['--json-logs'],
      emulatorArgs: [...account, '--totp-secret', TOTP_SECRET],
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        BALLAST_LOG_LEVEL: 'trace',
        BALLAST_PROTON_PROCESSES: '2',
      },
    });
  }, 120_000);

  afterAll(async () => {
    await proton.dispose();
    collector.close();
  }, 120_000);

  /** Runs a command and keeps what it said. */
  const cli = async (...args: readonly string[]): Promise<Finished> => {
    const finished = await proton.drill.stack.cli([...args, '--debug']);
    said.push({ where: `ballast ${args.slice(0, 2).join(' ')}`, text: finished.stdout + finished.stderr });
    return finished;
  };

  /** A login as an operator without a terminal does it. The TOTP secret stays with the authenticator: only its code is handed over. */
  const logInWith = async (password: string): Promise<Finished> => {
    const file = join(proton.drill.directory, 'credentials');
    const answers = { username: USERNAME, password, mailbox_password: MAILBOX_PASSWORD };
    const code = `totp=${totp(TOTP_SECRET, Date.now())}`;
    const lines = Object.entries(answers).map(([key, value]) => `${key}=${value}`);
    writeFileSync(file, [...lines, code].join('\n'));
    chmodSync(file, 0o600);
    return cli('vault', 'login', '--password', '--credentials', `file:${file}`);
  };

  const pushAndClone = async (name: string): Promise<void> => {
    const { client, stack } = proton.drill;
    const copy = await proton.drill.work([1, 40_000, 1_500_000]);
    await proton.drill.pushUntilDone(copy);
    const { copy: clone, result } = await client.clone(name, stack.lfsUrl());
    said.push({ where: 'git clone', text: result.stdout + result.stderr });
    forget(clone);
  };

  it('works with a session by fork and with one by password, and survives what may go wrong with them', async () => {
    await pushAndClone('by-fork');
    expect((await logInWith(WRONG_PASSWORD)).code).toBe(1);
    expect(await logInWith(PASSWORD)).toMatchObject({ code: 0 });
    await pushAndClone('by-password');

    // Rows of a session that was refreshed, a call that was refused, a stop and what a person does about it.
    for (const { uid, revoked } of await proton.emulator.sessions()) {
      if (!revoked) await proton.emulator.endSession('expire', uid);
    }
    await proton.emulator.fault({
      route: 'POST /drive/v2/volumes/:v/files',
      times: 2,
      does: { kind: 'answer', status: 500, body: { Code: 500, Error: 'broken' } },
    });
    await pushAndClone('refreshed');
    await proton.emulator.fault({
      route: '* /drive',
      times: 1,
      does: { kind: 'answer', status: 422, body: { Code: 2028, Error: 'blocked' } },
    });
    const stopped = proton.drill.pushUntilDone(await proton.drill.work([5_000]));
    await eventually('the vault is stopped', async () => expect((await cli('vault', 'status')).code).toBe(1), 60_000);
    // Now jobs are parked: their payloads can be seen, which are gone once they are done.
    const parked = await tables(proton.drill.stack.databaseUrl);
    expect(parked.find(({ where }) => where === 'table bullmq.job')?.text.length).toBeGreaterThan(0);
    said.push(...parked);
    expect((await cli('vault', 'resume')).code).toBe(0);
    await stopped;
    for (const command of [
      ['vault', 'status', '--json'],
      ['vault', 'verify'],
      ['vault', 'check'],
      ['status'],
      ['doctor'],
    ])
      await cli(...command);
    expect((await cli('vault', 'keys', 'rotate')).code).toBe(0);
  }, 300_000);

  it('leaves no secret in logs, traces, metrics, answers, tables, queues, files, arguments or environments', async () => {
    const { stack } = proton.drill;
    const kept = JSON.parse(readFileSync(join(stack.dataDirectory, 'secrets.json'), 'utf8')) as Record<string, string>;
    const secrets: readonly Secret[] = [
      ...(await proton.emulator.secrets()),
      { what: 'the password that was wrong', value: WRONG_PASSWORD },
      ...forkKeys(proton.pagesShown),
      ...keysOf('sealing key', kept['vaultKeys'] ?? ''),
      ...keysOf('signing key', kept['signingKeys'] ?? ''),
      { what: 'pepper', value: kept['tokenPepper'] ?? '' },
      { what: 'database password', value: kept['databasePassword'] ?? '' },
    ];
    expect(secrets.filter(({ what }) => what === 'access token').length).toBeGreaterThan(5);
    const token = { what: 'LFS token', value: stack.token };

    const logs = stack.output.split('\n').filter((line) => line.startsWith('{'));
    expect(new Set(logs.map((line) => (JSON.parse(line) as { level: string }).level))).toContain('debug');
    expect(logs.join('\n')).toContain('said by the Proton Drive SDK');
    const evidence: readonly Evidence[] = [
      { where: 'the logs', text: logs.join('\n') },
      ...said,
      ...traces,
      ...(await operations()),
      ...(await tables(stack.databaseUrl)),
      ...files(stack.dataDirectory),
      ...SERVICES.map((name) => ({ where: `the arguments of ${name}`, text: proc(stack.pid(name), 'cmdline') })),
      ...sdkProcesses(stack.pid('worker')).flatMap((pid) => [
        { where: 'the arguments of the SDK', text: proc(pid, 'cmdline') },
        { where: 'the environment of the SDK', text: proc(pid, 'environ') },
      ]),
    ];
    expect(findSecrets([...secrets, token], evidence)).toEqual([]);
    // The first start shows the token; nothing else may stand beside it.
    expect(findSecrets(secrets, [{ where: 'the welcome', text: stack.output }])).toEqual([]);
    expect(traces.length).toBeGreaterThan(0);
  }, 120_000);

  const operations = (): Promise<Evidence[]> =>
    Promise.all(
      SERVICES.flatMap((name) =>
        ['/metrics', '/readyz'].map(async (path) => {
          const answer = await fetch(`${proton.drill.stack.operationsUrl(name)}${path}`);
          return { where: `${path} of ${name}`, text: await answer.text() };
        }),
      ),
    );
});

/** Every row of every table, the queue's as well, as text; binary columns are in it in hexadecimal. */
const tables = async (connectionString: string): Promise<Evidence[]> => {
  const client = new PostgresClient({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const found: Evidence[] = [];
    for (const { name } of rows) {
      const { rows: content } = await client.query<{ line: string }>(`select row::text as line from ${name} row`);
      found.push({ where: `table ${name}`, text: content.map(({ line }) => line).join('\n') });
    }
    const filled = found.filter(({ text }) => text.length > 0).map(({ where }) => where);
    expect(filled).toEqual(expect.arrayContaining(['table public.events', 'table public.vault_sessions']));
    return found;
  } finally {
    await client.end();
  }
};

/** What a stack keeps beside its database, its hot tier and its secrets. */
const files = (directory: string): Evidence[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'secrets.json')
    .map(({ name }) => ({ where: name, text: readFileSync(join(directory, name)) }));

const proc = (pid: number, file: 'cmdline' | 'environ'): Buffer => readFileSync(`/proc/${pid}/${file}`);

/** Children of the worker, of which there are two. */
const sdkProcesses = (worker: number): readonly number[] => {
  const children = readFileSync(`/proc/${worker}/task/${worker}/children`, 'utf8').trim().split(' ').map(Number);
  const found = children.filter((pid) => proc(pid, 'cmdline').includes('sdk-process-main'));
  expect(found).toHaveLength(2);
  return found;
};

/** The key in the fragment of each page that a login showed. */
const forkKeys = (pages: readonly string[]): Secret[] => {
  const keys = pages.map((page) => decodeURIComponent(page.split('#payload=')[1] ?? '').split(':')[2] ?? '');
  expect(keys.map((key) => Buffer.from(key, 'base64').length)).toEqual(keys.map(() => 32));
  return keys.map((key) => ({ what: 'fork key', value: Buffer.from(key, 'base64') }));
};

/** `kid:base64` of a list: the bytes of each key. */
const keysOf = (what: string, list: string): Secret[] =>
  list.split(',').map((entry) => ({ what, value: Buffer.from(entry.slice(entry.indexOf(':') + 1), 'base64') }));
