// npm start [-- args]: from a fresh clone to a running Ballast.
import { orExit } from './failure.mjs';
import { build, install } from './prepare.mjs';
import { ensureRuntime, run } from './run.mjs';
import { ROOT } from './runtime.mjs';

process.chdir(ROOT);
await ensureRuntime();
await orExit(install);
await orExit(build);
process.exit(await run(['dist/apps/cli/src/main.js', 'up', ...process.argv.slice(2)]));
