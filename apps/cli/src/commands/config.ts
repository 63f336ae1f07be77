import type { Command } from 'commander';
import { describeSettings, settingsMarkdown, settingsText } from '../reports/settings-reference.js';
import { allSettings, configurationProblems } from '../stack/configuration.js';
import { stackEnvironment } from '../stack/target.js';
import { plural } from '../terminal/format.js';
import { examples, handles, type Shell } from './command.js';

export const addConfig = (program: Command, shell: Shell): void => {
  const config = program
    .command('config')
    .summary('all settings, and whether they are right')
    .description('Describes every setting of the services. They are read from the environment.')
    .option('--markdown', 'as the table of the README')
    .addHelpText(
      'after',
      examples(
        ['ballast config', 'for people'],
        ['ballast config --markdown', 'for the README'],
        ['ballast config check', 'is mine right?'],
      ),
    )
    .action(
      handles<{ markdown?: boolean }>(shell, async ({ options }) => {
        const settings = describeSettings(await allSettings());
        return { data: { settings }, text: options.markdown ? settingsMarkdown(settings) : settingsText(settings) };
      }),
    );
  config
    .command('check')
    .summary('check the settings of this environment')
    .description(
      'Checks the settings of this environment, with those of the stack on the data directory. Values are never shown.',
    )
    .addHelpText('after', examples(['ballast config check', 'before the services start']))
    .action(
      handles(shell, async ({ globals }) => {
        const environment = stackEnvironment(globals.dataDir, shell.world.environment);
        const problems = configurationProblems(await allSettings(), environment);
        const text =
          problems.length === 0
            ? 'All settings are valid.'
            : `${plural(problems.length, 'problem')}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`;
        return { data: { problems }, text, exitCode: problems.length === 0 ? 0 : 1 };
      }),
    );
};
