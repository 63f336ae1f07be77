import type { Command } from 'commander';
import { formatDuration, plural } from '../terminal/format.js';
import { examples, handles, onWire, type Shell } from './command.js';

const PROGRESS_EVERY_MS = 1_000;

export const addRebuild = (program: Command, shell: Shell): void => {
  program
    .command('rebuild')
    .summary('build a projection again from the events')
    .description('Empties a projection and replays all events into it. The events are never touched.')
    .argument('<projection>', 'its name, see `ballast status`')
    .addHelpText('after', examples(['ballast rebuild repository-usage', 'counts of objects and bytes a repository']))
    .action(
      handles(
        shell,
        onWire(shell, async (wire, { args }) => {
          const [projection] = args as [string];
          const startedAt = Date.now();
          let told = startedAt;
          const events = await wire.projections.rebuild(projection, (done) => {
            if (Date.now() - told < PROGRESS_EVERY_MS) return;
            told = Date.now();
            shell.world.terminal.err(`${plural(done, 'event')} replayed ...`);
          });
          const tookMs = Date.now() - startedAt;
          const text = `Built ${projection} again from ${plural(events, 'event')} in ${formatDuration(tookMs)}.`;
          return { data: { projection, events, tookMs }, text };
        }),
      ),
    );
};

export const addMigrate = (program: Command, shell: Shell): void => {
  program
    .command('migrate')
    .summary('bring the database to the schema of this build')
    .description(
      'Applies the migrations that the database lacks, one transaction each. `ballast up` does it by itself.',
    )
    .option('--dry-run', 'only list them; exit code 1 when there are any')
    .addHelpText(
      'after',
      examples(['ballast migrate', 'before new services start'], ['ballast migrate --dry-run', 'what is missing']),
    )
    .action(
      handles(
        shell,
        onWire<{ dryRun?: boolean }>(shell, async (wire, { options }) => {
          if (options.dryRun) {
            const pending = await wire.migrator.pending();
            const text = pending.length === 0 ? 'The database is up to date.' : `Missing:\n${listed(pending)}`;
            return { data: { pending }, text, exitCode: pending.length === 0 ? 0 : 1 };
          }
          const applied = await wire.migrator.migrate();
          const text = applied.length === 0 ? 'The database is up to date.' : `Applied:\n${listed(applied)}`;
          return { data: { applied }, text };
        }),
      ),
    );
};

const listed = (names: readonly string[]): string => names.map((name) => `  ${name}`).join('\n');
