import { ConfigurationError, readSettings, type SettingsShape } from '#platform/settings.js';
import { supervisionSettings } from './service-process.js';
import { SERVICES, settingsOfService } from './services.js';
import type { Environment } from './stack-settings.js';

/** The settings of all services and of `ballast up` itself, by who reads them. */
export const allSettings = async (): Promise<Readonly<Record<string, SettingsShape>>> => ({
  ...Object.fromEntries(
    await Promise.all(SERVICES.map(async ({ name }) => [name, await settingsOfService(name)] as const)),
  ),
  up: supervisionSettings,
});

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

/** Throws ConfigurationError with the problems of all services at once, before any of them starts. */
export const refuseBadConfiguration = async (environment: Environment): Promise<void> => {
  const problems = configurationProblems(await allSettings(), environment);
  if (problems.length > 0) throw new ConfigurationError(problems);
};
