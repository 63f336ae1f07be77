import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { Failure } from './failure.mjs';
import { ROOT } from './runtime.mjs';

/** Does a step, unless its inputs are as they were when it last succeeded; says in one line what it did. */
export const step = async ({ name, stamp, inputs, isDone = () => true, action }) => {
  const stampFile = join(ROOT, stamp);
  const wanted = fingerprint(inputs);
  if (isDone() && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return;
  const startedAt = performance.now();
  if ((await action()) !== 0) throw new Failure(`not ${name}: see above`);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
  console.error(`ballast: ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
};

/** All files below the given folders, relative to the root, sorted. */
export const filesIn = (...folders) =>
  folders
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(ROOT.length + 1)),
    )
    .sort();

const fingerprint = (files) => {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  return hash.digest('hex');
};
