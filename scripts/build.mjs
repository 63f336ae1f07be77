import { orExit } from './failure.mjs';
import { build } from './prepare.mjs';
import { ensureRuntime } from './run.mjs';

await ensureRuntime();
await orExit(build);
