import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULTS } from '#domain/fault/faults.js';
import { registry } from '#platform/metrics.js';
import { anchorsIn, commandsIn, documents, exists, linksIn, pathsIn, readDocument, ROOT } from './markdown.js';

const all = documents();
const commands = all.flatMap(commandsIn);
const named = (name: string) => commands.filter(({ words }) => words[0] === name);

/** Programs that the documents may name: a slip of the pen is none of them. */
const PROGRAMS = new Set([
  ...['ballast', 'npm', 'git', 'cd', 'sh', 'alias', 'export', 'cp', 'mkdir', 'echo', 'cat', 'ls', 'rm', 'mv'],
  ...['docker', 'docker-compose', 'curl', 'psql', 'redis-cli', 'valkey-cli', 'df', 'du', 'find', 'ps', 'grep', 'jq'],
  ...['promtool', 'sha256sum', 'openssl', 'head', 'cmp', 'npx', 'apt-get', 'sudo', 'systemctl', 'pg_isready'],
]);

describe('the documents', () => {
  it.each(commands.filter(({ words }) => !words[0]?.includes('/')))(
    'know the program of "$text" ($document)',
    ({ words }) => {
      expect([...PROGRAMS]).toContain(words[0]);
    },
  );

  it('run only npm scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const wanted = named('npm').map(({ words: [, verb, script] }) => (verb === 'run' ? script : verb));
    expect(wanted.filter((script) => ![...Object.keys(scripts), 'ci', 'install'].includes(script ?? ''))).toEqual([]);
    expect(wanted).toEqual(expect.arrayContaining(['start', 'test']));
  });

  it('name only files that exist', () => {
    const inCommands = commands.flatMap(({ words }) =>
      words.filter((word) =>
        /^(?:\.\/)?(?:apps|libs|deploy|scripts|bench|test|prisma|runbooks|docs|\.githooks)\//.test(word),
      ),
    );
    const inProse = all.flatMap((document) => [...pathsIn(document)]);
    expect([...inCommands, ...inProse].filter((path) => !exists(path))).toEqual([]);
  });

  it.each(all.flatMap(linksIn))('link from $document to something that exists: $target', ({ file, anchor }) => {
    expect(exists(file)).toBe(true);
    if (anchor !== null) expect([...anchorsIn(readDocument(file))]).toContain(anchor);
  });

  it('name only metrics that are declared', async () => {
    const declared = (await registry.getMetricsAsJSON()).flatMap(({ name, type }) =>
      String(type) === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    const mentioned = all.flatMap(({ text }) => text.match(/\bballast_[a-z][a-z_]*[a-z]\b/g) ?? []);
    expect(mentioned.filter((name) => !declared.includes(name))).toEqual([]);
  });

  it('have a paragraph for every fault code', () => {
    const anchors = anchorsIn(readDocument('runbooks/faults.md'));
    expect(Object.keys(FAULTS).filter((code) => !anchors.has(code))).toEqual([]);
    // As GitHub names the heading, which is what the command line points to.
    expect(Object.keys(FAULTS).filter((code) => !anchors.has(code.replace('.', '')))).toEqual([]);
  });

  it('have no paragraph for a fault code that is gone', () => {
    const { text } = readDocument('runbooks/faults.md');
    const codes = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, code]) => code);
    expect(codes.filter((code) => code !== 'unexpected' && !Object.hasOwn(FAULTS, code ?? ''))).toEqual([]);
  });
});
