import type { LoginAnswers } from '#application/ports/vault-account.js';
import { providerFailed } from './answer-sheet.js';
import { environmentAnswers } from './environment-answers.js';
import { execAnswers } from './exec-answers.js';
import { fileAnswers } from './file-answers.js';
import { gitCredentialAnswers } from './git-credential-answers.js';
import { passCliAnswers } from './pass-cli-answers.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Provider = (rest: string, environment: Environment) => LoginAnswers;

const GIT_HOST = 'account.proton.me';

const PROVIDERS: Readonly<Record<string, Provider>> = {
  'pass-cli': passCliAnswers,
  'git-credential': (host, environment) => gitCredentialAnswers(host === '' ? GIT_HOST : host, environment),
  file: (path) => fileAnswers(path),
  exec: execAnswers,
  environment: (_, environment) => environmentAnswers(environment),
};

export const CREDENTIAL_FORMS = [
  'pass-cli:pass://<vault>/<item>',
  'git-credential[:<host>]',
  'file:<path>',
  'exec:<program and arguments>',
  'environment',
] as const;

/**
 * Where a login with a password finds its answers, as `<provider>[:<what it needs>]`: never the answers themselves, since
 * every user of the machine can read arguments. Throws ConfigurationError for anything else.
 */
export const credentialSource = (text: string, environment: Environment): LoginAnswers => {
  const [, name = '', rest = ''] = /^([a-z-]+)(?::(.*))?$/s.exec(text) ?? [];
  const provider = Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined;
  if (provider === undefined) throw providerFailed('that provider', `write one of ${CREDENTIAL_FORMS.join(', ')}`);
  return provider(rest, environment);
};
