import { Fault } from '#domain/fault/fault.js';
import { runCli } from './run-cli.js';
import type { UpOptions, World } from './world.js';

const begin = () => {
  const ups: UpOptions[] = [];
  let lines = { out: [] as string[], err: [] as string[] };
  const world: World = {
    terminal: { out: (text) => lines.out.push(text), err: (text) => lines.err.push(text), colour: false },
    environment: {},
    connect: (dataDir) => Promise.reject(new Fault('stack.absent', { dataDir })),
    up: async (options) => {
      ups.push(options);
      return 0;
    },
  };
  const run = async (...args: string[]) => {
    lines = { out: [], err: [] };
    const code = await runCli(args, world);
    return { code, out: lines.out.join('\n'), err: lines.err.join('\n') };
  };
  return { world, run, ups };
};

const COMMANDS = [
  ['up'],
  ['status'],
  ['doctor'],
  ['repository', 'create'],
  ['repository', 'list'],
  ['token', 'issue'],
  ['token', 'list'],
  ['token', 'revoke'],
  ['object', 'explain'],
  ['dead-letters', 'list'],
  ['dead-letters', 'show'],
  ['dead-letters', 'redrive'],
  ['dead-letters', 'drop'],
  ['rebuild'],
  ['migrate'],
  ['config'],
  ['config', 'check'],
  ['completion'],
];

describe('help', () => {
  it('comes with no arguments', async () => {
    const { run } = begin();
    const { code, out } = await run();
    expect(code).toBe(0);
    expect(out).toContain('Usage: ballast [options] [command]');
  });

  it.each(COMMANDS)('of %s %s has examples that are about it, and the options of every command', async (...path) => {
    const { run } = begin();
    const { code, out, err } = await run(...path.filter(Boolean), '--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(new RegExp(`Examples:[^]*ballast ${path.filter(Boolean).join(' ')}`));
    expect(out).toContain('--json');
    expect(out).toContain('--data-dir');
  });
});

describe('a command line typed wrongly', () => {
  it.each([
    ['an unknown command', ['statsu'], "unknown command 'statsu'\n(Did you mean status?)", 'ballast --help'],
    ['an unknown subcommand', ['token', 'isue'], '(Did you mean issue?)', 'ballast token --help'],
    ['an unknown option', ['status', '--jsno'], '(Did you mean --json?)', 'ballast status --help'],
    ['a missing argument', ['object', 'explain'], "missing required argument 'oid'", 'ballast object explain --help'],
    ['a missing option', ['token', 'issue'], "required option '--name <name>' not specified", 'ballast token issue'],
    ['too many arguments', ['status', 'now'], 'too many arguments', 'ballast status --help'],
    [
      'an oid in upper case',
      ['object', 'explain', 'A'.repeat(64)],
      '64 lower-case hex digits',
      'object explain --help',
    ],
    ['a path for a repository', ['repository', 'create', '../etc'], 'Write organization/name', 'repository create'],
    [
      'an unknown mode',
      ['repository', 'create', 'a/b', '--ack', 'never'],
      'Allowed choices are stored, staged',
      'create',
    ],
    ['a size without sense', ['repository', 'create', 'a/b', '--max-object-size', 'big'], 'such as 512MiB', 'create'],
    ['a port out of range', ['up', '--port', '70000'], 'A port is a number from 0', 'ballast up --help'],
    ['a pattern without sense', ['token', 'issue', '--name', 'x', '--repository', 'a/b/c'], 'Write acme/demo', 'issue'],
    ['an id that is none', ['dead-letters', 'show', 'first'], 'is a number', 'dead-letters show --help'],
    ['an unknown shell', ['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish', 'ballast completion --help'],
  ])('%s is explained, exit code 2', async (_, args, told, usage) => {
    const { run } = begin();
    const { code, out, err } = await run(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(told);
    expect(err).toContain('Usage: ballast');
    expect(err).toContain(usage);
  });

  it('is one JSON document on standard output with --json', async () => {
    const { run } = begin();
    const { code, out } = await run('token', 'issue', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'usage', message: expect.stringContaining('--name') } });
  });

  it.each([
    [['dead-letters', 'redrive'], 'Say which'],
    [['dead-letters', 'drop'], 'Say which'],
    [['dead-letters', 'redrive', '1', '--all'], 'not both'],
    [['token', 'issue', '--name', ' '], 'A name has 1 to 100 characters'],
  ])('%j settles nothing by accident', async (args, told) => {
    const { run } = begin();
    const { code, err } = await run(...args);
    expect([code, err]).toEqual([2, expect.stringContaining(told)]);
  });
});

describe('a failure', () => {
  it('tells what happened, what to do, its code and its page, and no stack', async () => {
    const { run } = begin();
    const { code, out, err } = await run('status', '--data-dir', '/nowhere');
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err.split('\n')).toEqual([
      'error No Ballast runs on /nowhere.',
      expect.stringContaining('Start it with `npm start`'),
      '      code stack.absent, see runbooks/faults.md#stack.absent',
    ]);
  });

  it('shows where it came from with --debug alone', async () => {
    const { run } = begin();
    const { err } = await run('status', '--data-dir', '/nowhere', '--debug');
    expect(err).toMatch(/\n\s+at /);
  });

  it('is a JSON document with --json', async () => {
    const { run } = begin();
    const { code, out } = await run('status', '--data-dir', '/nowhere', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'stack.absent', runbook: 'runbooks/faults.md#stack.absent' },
    });
  });

  it('of a foreign kind says nothing of its message, which may hold a secret', async () => {
    const { run, world } = begin();
    world.connect = () => Promise.reject(new TypeError('postgresql://ballast:hunter2@db/ballast'));
    const { code, err } = await run('status', '--debug');
    expect(code).toBe(1);
    expect(err).toContain('Something unexpected failed (TypeError)');
    expect(err).not.toContain('hunter2');
  });
});

describe('up', () => {
  it('starts the stack with what was asked for', async () => {
    const { run, ups } = begin();
    await run(
      'up',
      '--port',
      '9000',
      '--data-dir',
      '/srv/ballast',
      '--public-url',
      'https://lfs.example.org/',
      '--json-logs',
    );
    expect(ups).toEqual([
      {
        dataDir: '/srv/ballast',
        port: 9000,
        host: null,
        publicUrl: 'https://lfs.example.org',
        vault: null,
        protonUrl: null,
        jsonLogs: true,
        json: false,
      },
    ]);
  });
});
