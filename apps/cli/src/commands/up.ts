import { Option, type Command } from 'commander';
import { examples, globalsOf, type Shell } from './command.js';
import { UsageError } from '../terminal/usage-error.js';
import { portArgument, urlArgument } from './parsers.js';

interface UpFlags {
  readonly host?: string;
  readonly port?: number;
  readonly publicUrl?: string;
  readonly vault?: 'filesystem' | 'proton';
  readonly protonUrl?: string;
  readonly jsonLogs?: boolean;
}

export const addUp = (program: Command, shell: Shell): void => {
  program
    .command('up')
    .summary('start everything on this machine')
    .description(
      'Starts everything on this machine: PostgreSQL, gateway, worker and reconciler, each restarted when it dies. ' +
        'The first start makes the repository acme/demo and an admin token. Ctrl-C stops everything in order; a second one kills.',
    )
    .option(
      '--port <number>',
      'port of the gateway (default: 8417, or a free one, kept for the next start)',
      portArgument,
    )
    .option('--host <address>', 'address that the gateway listens on (default: 127.0.0.1)')
    .option('--public-url <url>', 'URL by which clients reach the gateway, when it stands behind a proxy', urlArgument)
    .addOption(
      new Option(
        '--vault <kind>',
        'where objects are kept (default: as at the last start, at first filesystem)',
      ).choices(['filesystem', 'proton']),
    )
    .option(
      '--proton-url <url>',
      'another API than Proton’s, on this machine, to try it without an account',
      urlArgument,
    )
    .option('--json-logs', 'pass the JSON logs of the services through instead of rendering them')
    .addHelpText(
      'after',
      `${examples(
        ['ballast up', 'everything under ./.ballast'],
        ['ballast up --port 9000', 'on another port'],
        ['ballast up --host 0.0.0.0', 'reachable from other machines'],
        ['ballast up --data-dir /srv/ballast', 'with its data elsewhere'],
        ['ballast up --vault proton', 'objects in Proton Drive; then `ballast vault login`'],
      )}\n\nBALLAST_DATABASE_URL, BALLAST_REDIS_URL and every other setting in the environment are respected; see \`ballast config\`.`,
    )
    .action(async (flags: UpFlags, command: Command) => {
      const { dataDir, json } = globalsOf(command);
      const { host = null, port = null, publicUrl = null, jsonLogs = false } = flags;
      const { vault = null, protonUrl = null } = flags;
      if (vault === 'filesystem' && protonUrl !== null) {
        throw new UsageError('--proton-url is for --vault proton.');
      }
      shell.exit(await shell.world.up({ dataDir, json, host, port, publicUrl, vault, protonUrl, jsonLogs }));
    });
};
