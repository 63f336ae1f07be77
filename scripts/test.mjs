// npm test [-- check|unit|integration|system ...]: everything by default, the named parts otherwise.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

import { ensureCommand } from './commands.mjs';
import { Failure, orExit } from './failure.mjs';
import { build, generate, install } from './prepare.mjs';
import { ensureRuntime, run } from './run.mjs';
import { ROOT, npm } from './runtime.mjs';
import { tool } from './tools.mjs';

const CHECKS = ['format:check', 'lint', 'types', 'boundaries'];
const PROJECTS = ['unit', 'integration', 'system'];

const WORKERS = { integration: Math.max(2, availableParallelism() - 1), system: 2 };

const partsOf = (args) => {
  const unknown = args.find((arg) => ![...PROJECTS, 'check'].includes(arg));
  if (unknown) throw new Failure(`there is no part "${unknown}": choose from check, ${PROJECTS.join(', ')}`);
  const all = args.length === 0;
  return {
    checks: all || args.includes('check') ? CHECKS : [],
    projects: PROJECTS.filter(
      (project) => all || args.includes(project) || (project === 'unit' && args.includes('check')),
    ),
  };
};

const prepare = async ({ projects }) => {
  await install();
  await generate();
  if (projects.includes('integration') && !ensureCommand('redis-server')) {
    console.error('ballast: without redis-server the specs that need Redis are skipped; those on PostgreSQL run');
  }
  if (!projects.includes('system')) return;
  for (const command of ['git', 'git-lfs']) {
    if (!ensureCommand(command)) throw new Failure(`the system specs need ${command}: install it and try again`);
  }
  await build();
};

const test = async (project) => {
  const results = join(ROOT, 'node_modules/.cache/ballast', `${project}.json`);
  mkdirSync(dirname(results), { recursive: true });
  rmSync(results, { force: true });
  const flags = ['--selectProjects', project, '--passWithNoTests', '--json', '--outputFile', results];
  // Two at a time also on two cores: most of these specs wait for something to heal.
  if (project !== 'unit') flags.push('--maxWorkers', String(WORKERS[project]));
  if (project !== 'unit') flags.push('--forceExit'); // a leaked connection must not hold up the verdict
  const code = await run([...tool('jest'), ...flags]);
  return { code, ...countsIn(results) };
};

// A spec file that does not even load has no tests, and counts as one that failed.
const countsIn = (results) => {
  try {
    const it = JSON.parse(readFileSync(results, 'utf8'));
    const failed = it.numFailedTests + it.numRuntimeErrorTestSuites;
    return { passed: it.numPassedTests, failed, skipped: it.numPendingTests + it.numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
};

const main = async () => {
  const parts = partsOf(process.argv.slice(2));
  await prepare(parts);
  const broken = parts.checks.filter((check) => npm(['run', '--silent', check], process.execPath) !== 0);
  const total = { passed: 0, failed: 0, skipped: 0, code: 0 };
  for (const project of parts.projects) {
    const counts = await test(project);
    for (const key of Object.keys(total)) total[key] += counts[key];
  }
  if (broken.length > 0) console.error(`ballast: not in order: ${broken.join(', ')}`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exit(broken.length > 0 || total.failed > 0 || total.code > 0 ? 1 : 0);
};

await ensureRuntime();
await orExit(main);
