import { flag, secretSetting, setting, readSettings } from '#platform/settings.js';
import { z } from 'zod';
import { AnswerSheet, providerFailed, type AnswerKey } from './answer-sheet.js';

type Environment = Readonly<Record<string, string | undefined>>;

const SOURCE = 'environment';
const secret = (name: string, what: string) =>
  secretSetting(
    name,
    `${what} of a login with \`--credentials environment\`, which is for development alone.`,
    z.string().optional(),
  );

const settings = {
  development: setting('BALLAST_PROTON_DEVELOPMENT', 'See proton-drive-settings.', flag.default(false)),
  username: secret('BALLAST_PROTON_USERNAME', 'User name'),
  password: secret('BALLAST_PROTON_PASSWORD', 'Password'),
  totp: secret('BALLAST_PROTON_TOTP', 'Two-factor code'),
  mailbox_password: secret('BALLAST_PROTON_MAILBOX_PASSWORD', 'Mailbox password'),
};

/**
 * Environment variables: every process of the user can read them, and they end up in dumps. So this is refused unless
 * BALLAST_PROTON_DEVELOPMENT is true, that is for the emulator.
 */
export const environmentAnswers = (environment: Environment): AnswerSheet => {
  const { development, ...answers } = readSettings(settings, environment);
  if (!development) throw providerFailed(SOURCE, 'they are for development alone (BALLAST_PROTON_DEVELOPMENT)');
  return new AnswerSheet(SOURCE, async (key: AnswerKey) => answers[key]);
};
