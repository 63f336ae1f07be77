import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CHECKPOINTED, INLINE } from '#adapters/postgres/projections/registry.js';
import { composeServices } from '#testing/documents/compose.js';
import { commandsIn, documents, readDocument, ROOT, section } from '#testing/documents/markdown.js';
import type { Command } from 'commander';
import { createProgram } from '../apps/cli/src/program.js';
import { renderWelcome } from '../apps/cli/src/stack/welcome.js';

interface SettingEntry {
  readonly name: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly usedBy: readonly string[];
}

/** The built command line, as a user runs it. */
const ballast = (...args: readonly string[]): string => {
  const cli = join(ROOT, 'dist/apps/cli/src/main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`ballast ${args.join(' ')} ended with ${String(status)}: ${stderr}`);
  return stdout;
};

/** Rows of a table without their padding: how they are aligned, and how words are set off, is the formatter's affair. */
const rows = (markdown: string): readonly string[] =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^[|\s:-]+$/.test(line))
    .map((line) => line.replaceAll('*required*', '_required_'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim())
        .join(' | '),
    );

/** The command line without anything behind it. */
const program = (say: (text: string) => void = () => undefined): Command => {
  const never = () => Promise.reject(new Error('a command was run'));
  const world = { terminal: { out: say, err: say, colour: false }, environment: {}, connect: never, up: never };
  return createProgram({ world, answer: () => undefined, exit: () => undefined });
};

/** Reads a command line as `ballast` does, and stops before anything is done. Rejects with what a user would be told. */
const parse = async (args: readonly string[]): Promise<void> => {
  const said: string[] = [];
  const command = program((text) => void said.push(text));
  disarm(command);
  await command.parseAsync([...args], { from: 'user' }).catch((error: unknown) => {
    throw new Error(said.join('\n'), { cause: error });
  });
};

const disarm = (command: Command): void => {
  // A command that only groups others explains itself when it is typed alone, which ends in an error.
  if (command.commands.length === 0 || command.name() === 'config') command.action(() => undefined);
  command.commands.forEach(disarm);
};

/** A program that may not be on this machine; the name of a test that needs it says so. */
const tool = (name: string) => {
  const there = spawnSync(name, ['--version']).status === 0;
  const run = (...args: readonly string[]) => {
    const { status, stderr } = spawnSync(name, args, { cwd: ROOT, encoding: 'utf8' });
    return { status, stderr };
  };
  return { run, test: there ? it : it.skip, note: there ? name : `skipped: ${name} is not installed` };
};

describe('the README', () => {
  it('shows what the first start prints, to the letter', () => {
    const start = {
      url: 'http://127.0.0.1:8417',
      dataDir: '/home/you/ballast/.ballast',
      tookMs: 6_400,
      portTaken: null,
    };
    const [shown = ''] = /(?<=```text\n)[\s\S]*(?=```)/.exec(section(readDocument('README.md'), 'welcome')) ?? [];
    expect(shown.trim()).toBe(renderWelcome({ ...start, token: 'blst_TOKEN' }, false).trim());
  });

  it('has every command of the command line in its table', () => {
    const { text } = readDocument('README.md');
    const commands = program().commands.map((command) => command.name());
    expect(commands.filter((name) => !text.includes(`| \`ballast ${name}`))).toEqual([]);
  });

  it('describes every setting as the command line does', () => {
    expect(rows(section(readDocument('README.md'), 'settings'))).toEqual(rows(ballast('config', '--markdown')));
  });
});

describe('the documents', () => {
  const typed = documents()
    .flatMap(commandsIn)
    .flatMap(({ document, words }) => {
      const at = words.findIndex((word) => word === 'ballast' || word === 'cli');
      const isOurs = words[0] === 'ballast' || (words[0] === 'docker' && words[at - 1] === '--rm');
      return isOurs ? [{ document, text: words.join(' '), args: words.slice(at + 1) }] : [];
    });

  it('show how to use the command line', () => {
    expect(typed.length).toBeGreaterThan(10);
  });

  it('name only projections that there are', () => {
    const known = [...INLINE, ...CHECKPOINTED].map(({ name }) => name);
    const named = typed.flatMap(({ args: [command, name] }) => (command === 'rebuild' ? [name] : []));
    expect(named.filter((name) => !known.includes(name ?? ''))).toEqual([]);
  });

  it.each(typed)('write "$text" as the command line takes it ($document)', async ({ args }) => {
    await expect(parse(args)).resolves.toBeUndefined();
  });
});

describe('docker-compose.yml', () => {
  const { settings } = JSON.parse(ballast('config', '--json')) as { readonly settings: readonly SettingEntry[] };
  const namesOf = (service: string, wanted: (entry: SettingEntry) => boolean): readonly string[] =>
    settings
      .filter(({ usedBy }) => service === 'cli' || usedBy.includes(service))
      .filter(wanted)
      .map(({ name }) => name);
  const given = composeServices().map(({ name, environment }) => ({
    name,
    variables: Object.keys(environment).filter((variable) => variable.startsWith('BALLAST_')),
  }));

  it.each(given)('gives $name only variables that are settings of it', ({ name, variables }) => {
    const known = name === 'migrate' ? ['BALLAST_DATABASE_URL'] : namesOf(name, () => true);
    const secret = namesOf('cli', (entry) => entry.secret);
    expect(variables.filter((variable) => !known.includes(plain(variable, secret)))).toEqual([]);
  });

  it.each(given.filter(({ name }) => ['gateway', 'worker', 'reconciler'].includes(name)))(
    'gives $name every setting that it requires',
    ({ name, variables }) => {
      const secret = namesOf(name, (entry) => entry.secret);
      const names = variables.map((variable) => plain(variable, secret));
      expect(namesOf(name, ({ required }) => required).filter((required) => !names.includes(required))).toEqual([]);
    },
  );

  const compose = tool('docker-compose');
  compose.test(`is valid (${compose.note})`, () => {
    expect(compose.run('config', '--quiet')).toEqual({ status: 0, stderr: '' });
  });
});

describe('the alerts', () => {
  const promtool = tool('promtool');
  promtool.test(`are valid, and fire when they should and no sooner (${promtool.note})`, () => {
    expect(promtool.run('check', 'config', 'deploy/prometheus/prometheus.yml')).toMatchObject({ status: 0 });
    expect(promtool.run('test', 'rules', 'deploy/prometheus/rules.test.yml')).toMatchObject({ status: 0 });
  });
});

/** `BALLAST_X_FILE` gives `BALLAST_X` where that is a secret. */
const plain = (variable: string, secret: readonly string[]): string => {
  const name = variable.replace(/_FILE$/, '');
  return secret.includes(name) ? name : variable;
};
