// npm run bench [-- put get small memory proton proton-small]: builds the product and the kit, then measures.
import { orExit } from './failure.mjs';
import { build } from './prepare.mjs';
import { ensureRuntime, run } from './run.mjs';
import { tool } from './tools.mjs';

const main = async () => {
  await build();
  const compiled = await run([...tool('tsc'), '--project', 'bench/tsconfig.json']);
  process.exit(compiled || (await run(['bench/.build/bench/run.js', ...process.argv.slice(2)])));
};

await ensureRuntime();
await orExit(main);
