import { environment } from '#platform/environment.js';
import { runCli } from './run-cli.js';
import { runUp } from './stack/run-up.js';
import { targetEnvironment } from './stack/target.js';
import { systemTerminal } from './terminal/terminal.js';
import { systemPrompter } from './vault/prompter.js';
import { wire } from './wire.js';

// Whoever reads our output may stop reading: `ballast object explain ... | head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const terminal = systemTerminal(environment);

process.exitCode = await runCli(process.argv.slice(2), {
  terminal,
  prompter: systemPrompter(),
  environment,
  connect: async (dataDir) => wire(targetEnvironment(dataDir, environment)),
  up: (options) => runUp(options, { terminal, environment, wire }),
});
