import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULTS } from '#domain/fault/faults.js';
import { registry } from '#platform/metrics.js';
import { citationsIn, texts } from './citations.js';
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

  it('and the code cite only pages of the project, and places that these have', () => {
    const cited = texts().flatMap((path) => citationsIn(path));
    expect(cited.length).toBeGreaterThan(100);
    const dead = cited.filter(
      ({ page, anchor }) => !exists(page) || (anchor !== null && !anchorsIn(readDocument(page)).has(anchor)),
    );
    expect(dead).toEqual([]);
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

describe('a citation', () => {
  // Put together, for this spec is a text of the project too.
  const md = (name: string) => `${name}.md`;
  const cited = (text: string, by = 'libs/x/y.ts') => citationsIn(by, text).map(({ page, anchor }) => [page, anchor]);

  it('is found in a comment, with the place that it names', () => {
    expect(cited(`/** As ${md('NOWHERE')} says. */`)).toEqual([[md('NOWHERE'), null]]);
    expect(cited(`// (${md('docs/NOWHERE')}#a.place).`)).toEqual([[md('docs/NOWHERE'), 'a.place']]);
  });

  it('counts from the root or from where it stands', () => {
    expect(cited(md('runbooks/faults'), 'docs/proton.md')).toEqual([['runbooks/faults.md', null]]);
    expect(cited(md('faults'), 'runbooks/README.md')).toEqual([['runbooks/faults.md', null]]);
    expect(cited(md('../README'), 'docs/proton.md')).toEqual([['README.md', null]]);
  });

  it('is none inside of a URL, nor where a name is put together', () => {
    expect(cited(`https://example.test/${md('NOWHERE')} ${md('}')} ${md('*')}`)).toEqual([]);
  });
});
