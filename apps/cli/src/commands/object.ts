import type { Oid } from '#domain/oid.js';
import type { Command } from 'commander';
import { lifeAsJson, renderLife } from '../reports/life.js';
import { examples, handles, onWire, type Shell } from './command.js';
import { oidArgument } from './parsers.js';

export const addObject = (program: Command, shell: Shell): void => {
  const object = program.command('object').summary('explain an object').description('Tells of single objects.');
  object
    .command('explain')
    .summary('tell the life of an object')
    .description('Tells the whole life of an object from its events: when what happened, why, and where it is now.')
    .argument('<oid>', 'SHA-256 of the object, 64 hex digits', oidArgument)
    .addHelpText(
      'after',
      examples(
        ['ballast object explain $(git lfs ls-files --long | head -1 | cut -d" " -f1)', 'the first of a clone'],
        ['ballast object explain --json <oid>', 'all that is known'],
      ),
    )
    .action(
      handles(
        shell,
        onWire(shell, async (wire, { args }) => {
          const [oid] = args as [Oid];
          const life = await wire.explainObject.execute(oid);
          return { data: lifeAsJson(life), text: renderLife(life, shell.world.terminal.colour) };
        }),
      ),
    );
};
