import { conclude, judge } from '#application/report-status/verdict.js';
import type { Command } from 'commander';
import { askServices, serviceConcerns } from '../reports/services.js';
import { renderStatus, type StatusView } from '../reports/status.js';
import { DataDirectory } from '../stack/data-directory.js';
import { findStack } from '../stack/stack-file.js';
import { examples, handles, onWire, type Shell } from './command.js';

const STATUS_LIMIT_MS = 15_000;

export const addStatus = (program: Command, shell: Shell): void => {
  program
    .command('status')
    .summary('how everything is')
    .description(
      'Tells how everything is: services, objects, queues, outbox, dead letters, projections, hot tier and vault, ' +
        'and what to do about whatever is wrong. Exit code 1 when Ballast is not ready.',
    )
    .addHelpText('after', examples(['ballast status', 'for people'], ['ballast status --json', 'for scripts']))
    .action(
      handles(
        shell,
        onWire(shell, async (wire, { globals }) => {
          const stack = findStack(new DataDirectory(globals.dataDir));
          const signal = AbortSignal.timeout(STATUS_LIMIT_MS);
          const [report, services] = await Promise.all([
            wire.reportStatus.execute(signal),
            stack ? askServices(stack) : [],
          ]);
          const verdict = conclude([...serviceConcerns(services), ...judge(report).concerns]);
          const view: StatusView = { verdict, report, services, url: wire.publicUrl };
          return {
            data: { ...verdict, url: wire.publicUrl, services, ...report },
            text: renderStatus(view, shell.world.terminal.colour),
            exitCode: verdict.status === 'not-ready' ? 1 : 0,
          };
        }),
      ),
    );
};
