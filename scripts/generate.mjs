import { orExit } from './failure.mjs';
import { generate } from './prepare.mjs';
import { ensureRuntime } from './run.mjs';

await ensureRuntime();
await orExit(generate);
