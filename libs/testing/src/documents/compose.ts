import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './markdown.js';

/** What specs want to know of a service of docker-compose.yml. */
export interface ComposeService {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Its lines, for whatever else. */
  readonly text: string;
}

/**
 * Reads docker-compose.yml as prettier lays it out: services at two spaces, their keys at four, the environment as a block
 * at six. `docker-compose config` in CI is what says that the file is valid.
 */
export const composeServices = (): readonly ComposeService[] => {
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const services = /^services:\n([\s\S]*?)^\S/m.exec(text)?.[1] ?? '';
  return services
    .split(/^ {2}(?=[a-z][\w-]*:\n)/m)
    .filter((block) => /^[a-z]/.test(block))
    .map((block) => ({
      name: block.split(':', 1)[0] ?? '',
      environment: environmentOf(block),
      secrets: /^ {4}secrets: \[(.*)\]$/m.exec(block)?.[1]?.split(', ') ?? [],
      text: block,
    }));
};

const environmentOf = (block: string): Record<string, string> => {
  const lines = /^ {4}environment:(?: &\w+)?\n((?: {6}.*\n)+)/m.exec(block)?.[1] ?? '';
  const pairs = [...lines.matchAll(/^ {6}([A-Z][A-Z0-9_]*): (.*)$/gm)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
};
