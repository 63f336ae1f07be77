// What has to be there before anything of ours can run: packages, the Prisma client, dist/.
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { ROOT, npm } from './runtime.mjs';
import { run } from './run.mjs';
import { filesIn, step } from './steps.mjs';
import { tool } from './tools.mjs';

const SCHEMA = 'prisma/schema.prisma';
const CLIENT = 'libs/adapters/src/postgres/generated';

export const install = () =>
  step({
    name: 'packages installed',
    stamp: 'node_modules/.ballast-lock',
    inputs: ['package-lock.json'],
    action: () => npm(['ci', '--loglevel', 'error'], process.execPath),
  });

export const generate = async () => {
  if (!existsSync(join(ROOT, SCHEMA))) return;
  await step({
    name: 'database client generated',
    stamp: 'node_modules/.cache/ballast/generate',
    inputs: [SCHEMA, 'package-lock.json'],
    isDone: () => existsSync(join(ROOT, CLIENT, 'client.ts')),
    // Generation needs no engine, yet Prisma would download one: any existing file keeps it from trying.
    action: () =>
      run([...tool('prisma'), 'generate', '--schema', SCHEMA], {
        env: {
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
          PRISMA_HIDE_UPDATE_MESSAGE: '1',
          CHECKPOINT_DISABLE: '1',
        },
      }),
  });
};

export const build = async () => {
  await generate();
  const sources = filesIn('apps', 'libs').filter(isShipped);
  await step({
    name: 'built',
    stamp: 'dist/.stamp',
    inputs: ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', ...sources],
    action: async () => {
      const code = await run([...tool('tsc'), '--project', 'tsconfig.build.json']);
      if (code === 0) copyAssets(sources);
      if (code === 0) dropStale(sources);
      return code;
    },
  });
};

const isShipped = (file) => !file.endsWith('.spec.ts') && !file.startsWith(join('libs', 'testing'));
const output = (source) => join('dist', source.replace(/\.ts$/, '.js'));

// Files that are not TypeScript (SQL, pages, ...) lie beside the code that reads them, in dist/ too.
const copyAssets = (sources) => {
  for (const asset of sources.filter((file) => !file.endsWith('.ts'))) {
    mkdirSync(dirname(join(ROOT, output(asset))), { recursive: true });
    copyFileSync(join(ROOT, asset), join(ROOT, output(asset)));
  }
};

const dropStale = (sources) => {
  const expected = new Set(sources.flatMap((source) => [output(source), `${output(source)}.map`]));
  for (const file of filesIn('dist/apps', 'dist/libs')) {
    if (!expected.has(file)) rmSync(join(ROOT, file));
  }
};
