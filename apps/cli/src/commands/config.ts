import { ConfigurationError, readSettings, type SettingsShape } from '#platform/settings.js';
import type { Command } from 'commander';
import { describeSettings, settingsMarkdown, settingsText } from '../reports/settings-reference.js';
import { SERVICES, settingsOfService } from '../stack/services.js';
import type { Environment } from '../stack/stack-settings.js';
import { stackEnvironment } from '../stack/target.js';
import { plural } from '../terminal/format.js';
import { examples, handles, type Shell } from './command.js';

/** The settings of all services, by service. */
export const allSettings = async (): Promise<Readonly<Record<string, SettingsShape>>> =>
  Object.fromEntries(
    await Promise.all(SERVICES.map(async ({ name }) => [name, await settingsOfService(name)] as const)),
  );

/** What is wrong with an environment, for each service that would refuse to start; values are never shown. */
export const configurationProblems = (
  services: Readonly<Record<string, SettingsShape>>,
  environment: Environment,
): readonly string[] => {
  const problems = Object.values(services).flatMap((shape) => {
    try {
      readSettings(shape, environment);
      return [];
    } catch (error) {
      if (error instanceof ConfigurationError) return error.problems;
      throw error;
    }
  });
  return [...new Set(problems)];
};

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
