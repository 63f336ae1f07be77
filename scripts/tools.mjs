import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './runtime.mjs';

const PACKAGES = { tsc: 'typescript', depcruise: 'dependency-cruiser' };
const FLAGS = { jest: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'] };

/** The arguments for `node` that start a tool of node_modules, on every platform alike. */
export const tool = (name) => {
  if (name === 'node') return [];
  const home = join(ROOT, 'node_modules', PACKAGES[name] ?? name);
  const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return [...(FLAGS[name] ?? []), join(home, typeof bin === 'string' ? bin : bin[name])];
};
