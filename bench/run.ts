/**
 * The benchmark kit: `npm run bench [-- put get small memory proton proton-small]`. Every number stands beside an anchor measured in the same run
 * on the same machine, as a ratio, so that results of different machines can be compared. Results go to bench/results/.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { benchGet } from './get.js';
import { benchMemory } from './memory.js';
import { benchPut } from './put.js';
import { benchSmall } from './small.js';
import { Bench, type Finding } from './bench.js';
import { benchProtonSmall } from './proton-small.js';
import { benchProtonTransfer } from './proton-transfer.js';

const RESULTS = resolve(import.meta.dirname, '../../results');

/** A part on a stack of its own with the filesystem vault. */
const onStack = (part: (bench: Bench) => Promise<readonly Finding[]>) => async (): Promise<readonly Finding[]> => {
  const bench = new Bench();
  try {
    await bench.start();
    return await part(bench);
  } finally {
    await bench.dispose();
  }
};

const PARTS: Readonly<Record<string, () => Promise<readonly Finding[]>>> = {
  put: onStack(benchPut),
  get: onStack(benchGet),
  small: onStack(benchSmall),
  memory: onStack(benchMemory),
  proton: benchProtonTransfer,
  'proton-small': benchProtonSmall,
};

const main = async (): Promise<void> => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in PARTS));
  if (unknown.length > 0) {
    console.error(`unknown part ${unknown.join(', ')}; parts are ${Object.keys(PARTS).join(', ')}`);
    process.exit(2);
  }
  const findings: Finding[] = [];
  for (const [name, part] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.error(`bench: ${name} …`);
    findings.push(...(await part()));
  }
  const page = report(findings);
  console.log(page);
  mkdirSync(RESULTS, { recursive: true });
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync(join(RESULTS, `${day}-${wanted.length > 0 ? wanted.join('-') : 'all'}.md`), page);
  process.exitCode = findings.some(({ met }) => met === false) ? 1 : 0;
};

const report = (findings: readonly Finding[]): string => {
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
  const rows = findings.map(({ what, measured, anchor, ratio, target, met }) => {
    const verdict = met === undefined ? 'recorded' : met ? 'met' : 'NOT met';
    return `| ${what} | ${measured} | ${anchor ?? ''} | ${ratio === undefined ? '' : ratio.toFixed(2)} | ${target ?? ''} | ${verdict} |`;
  });
  const notes = findings.filter(({ notes }) => notes).map(({ what, notes }) => `### ${what}\n\n${notes}\n`);
  return [
    `# Benchmark of ${new Date().toISOString().slice(0, 10)}`,
    '',
    machine,
    '',
    '| what | measured | anchor in the same run | ratio | target | verdict |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    ...notes,
  ].join('\n');
};

await main();
