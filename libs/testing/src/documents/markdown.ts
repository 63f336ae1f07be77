import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** A document of the project. `path` is relative to the root. */
export interface MarkdownDocument {
  readonly path: string;
  readonly text: string;
}

const FOLDERS = ['.', 'docs', 'docs/adr', 'runbooks'];

/** Every document that specs keep true: those at the root, the pages behind them, the decisions and the runbooks. */
export const documents = (): readonly MarkdownDocument[] =>
  FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => readDocument(folder === '.' ? name : `${folder}/${name}`)),
  );

export const readDocument = (path: string): MarkdownDocument => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
});

/** The text between `<!-- name:begin -->` and `<!-- name:end -->`. */
export const section = ({ path, text }: MarkdownDocument, name: string): string => {
  const [, rest] = text.split(`<!-- ${name}:begin -->\n`);
  const [inside, after] = rest?.split(`<!-- ${name}:end -->`) ?? [];
  if (inside === undefined || after === undefined) throw new Error(`${path} has no section ${name}`);
  return inside;
};

/** One command of a fenced `sh` block, as words. */
export interface ShellCommand {
  readonly document: string;
  readonly text: string;
  readonly words: readonly string[];
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** What stands between fences of one language. */
export const fenced = ({ text }: MarkdownDocument, language: string): readonly string[] =>
  [...text.matchAll(FENCE)].filter(([, name]) => name === language).map(([, , body]) => body ?? '');

/** Every simple command of the `sh` blocks: parts of pipelines and lists count one by one, comments do not. */
export const commandsIn = (document: MarkdownDocument): readonly ShellCommand[] =>
  fenced(document, 'sh')
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .flatMap(simpleCommands)
    .map((words) => ({ document: document.path, text: words.join(' '), words }));

const TOKEN = /\s+|#.*|(?<operator>&&|\|\||[|;])|(?<word>(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\|;&])+)/gy;

const simpleCommands = (line: string): string[][] => {
  const commands: string[][] = [[]];
  for (const { groups } of line.matchAll(TOKEN)) {
    if (groups?.['operator'] !== undefined) commands.push([]);
    if (groups?.['word'] !== undefined) commands.at(-1)?.push(unquoted(groups['word']));
  }
  return commands.filter((words) => words.length > 0);
};

const unquoted = (word: string): string =>
  word.replaceAll(
    /'([^']*)'|"([^"]*)"/g,
    (_, single: string | undefined, double: string | undefined) => single ?? double ?? '',
  );

/** A link from one document to a file of the project. */
export interface DocumentLink {
  readonly document: string;
  readonly target: string;
  readonly file: string;
  readonly anchor: string | null;
}

const LINK = /\]\((?!https?:|mailto:)([^)\s]+)\)/g;

/** Links to files and anchors of the project; code is no link. */
export const linksIn = ({ path, text }: MarkdownDocument): readonly DocumentLink[] =>
  [...withoutCode(text).matchAll(LINK)].map(([, target = '']) => {
    const [to = '', anchor] = target.split('#');
    const file = to === '' ? path : normalize(join(dirname(path), to));
    return { document: path, target, file, anchor: anchor ?? null };
  });

/** What `#…` may name: headings as GitHub slugs them, and explicit `<a id="…">`. */
export const anchorsIn = ({ text }: MarkdownDocument): ReadonlySet<string> => {
  const prose = text.replaceAll(FENCE, '');
  const headings = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => slug(title));
  const explicit = [...prose.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, id = '']) => id);
  return new Set([...headings, ...explicit]);
};

const slug = (title: string): string =>
  title
    .replaceAll(/<[^>]*>/g, '')
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

/** Second-level headings in their order. */
export const headingsIn = ({ text }: MarkdownDocument): readonly string[] =>
  [...text.replaceAll(FENCE, '').matchAll(/^## (.+)$/gm)].map(([, title = '']) => title);

const withoutCode = (text: string): string => text.replaceAll(FENCE, '').replaceAll(/`[^`\n]*`/g, '');

/** Paths of the project that the text names in code, such as `libs/domain/src/oid.ts`; patterns and placeholders are none. */
export const pathsIn = ({ text }: MarkdownDocument): readonly string[] =>
  [...text.replaceAll(FENCE, '').matchAll(/`([^`\n]+)`/g)]
    .map(([, code = '']) => code.replace(/[#:]\S*$/, ''))
    .filter((code) => /^(?:apps|libs|prisma|deploy|runbooks|docs|scripts|bench|test)\/[\w./-]*$/.test(code));

export const exists = (path: string): boolean => existsSync(join(ROOT, path));
