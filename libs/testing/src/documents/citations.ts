import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { exists, ROOT } from './markdown.js';

/** A page that some text of the project names: `page` is relative to the root, `anchor` what stands behind its `#`. */
export interface Citation {
  readonly citedBy: string;
  readonly page: string;
  readonly anchor: string | null;
}

const FOLDERS = [
  ...['apps', 'libs', 'test', 'bench', 'scripts', 'prisma', 'deploy', 'docs', 'runbooks', '.github', '.githooks'],
];
const NOT_OURS = /(^|\/)(node_modules|generated|\.build|\.scratch)(\/|$)/;
const TEXT = /\.(ts|mjs|cjs|js|sql|prisma|ya?ml|sh|md)$|(^|\/)(Dockerfile|pre-commit|pre-push)$/;

/** Every text that people write here: comments, messages and pages; paths relative to the root. */
export const texts = (): readonly string[] => {
  const inFolders = FOLDERS.filter(exists).flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return [...readdirSync(ROOT), ...inFolders].filter((path) => TEXT.test(path) && !NOT_OURS.test(path)).sort();
};

const URLS = /\bhttps?:\/\/\S+/g;
const PAGE = /(?<![\w./-])((?:[\w.-]+\/)*[\w-][\w.-]*\.md)\b(?:#([\w.-]*\w))?/g;

/** The pages that a text names, links among them. A path counts from the root or, as links do, from where the text lies. */
export const citationsIn = (citedBy: string, text = readFileSync(join(ROOT, citedBy), 'utf8')): readonly Citation[] =>
  [...text.replaceAll(URLS, '').matchAll(PAGE)].map(([, path = '', anchor]) => {
    const beside = normalize(join(dirname(citedBy), path));
    return { citedBy, page: exists(beside) ? beside : normalize(path), anchor: anchor ?? null };
  });
