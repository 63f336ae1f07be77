#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { ensureRuntime, run } from './run.mjs';
import { ROOT } from './runtime.mjs';

const main = join(ROOT, 'dist/apps/cli/src/main.js');
if (!existsSync(main)) {
  console.error(`ballast: not built yet; run npm start once in ${ROOT}`);
  process.exit(1);
}
await ensureRuntime();
process.exit(await run([main, ...process.argv.slice(2)]));
