// node scripts/with-runtime.mjs <tool> [args]: runs a tool of node_modules (or `node` itself) under a fitting Node.
import { ensureRuntime, run } from './run.mjs';
import { tool } from './tools.mjs';

await ensureRuntime();
const [name, ...args] = process.argv.slice(2);
process.exit(await run([...tool(name), ...args]));
