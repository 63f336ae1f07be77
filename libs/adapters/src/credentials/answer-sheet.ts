import type { LoginAnswers } from '#application/ports/vault-account.js';
import { ConfigurationError } from '#platform/settings.js';

/** The names under which providers give what a login asks for. */
export const ANSWER_KEYS = ['username', 'password', 'totp', 'mailbox_password'] as const;
export type AnswerKey = (typeof ANSWER_KEYS)[number];

export type Answers = Readonly<Partial<Record<AnswerKey, string>>>;

/** `key=value` lines as git's credential helpers write them; the value is everything behind the first `=`. */
export const parseAnswers = (text: string): Answers => {
  const pairs = text
    .split(/\r?\n/)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  const known = pairs.filter(([key, value]) => ANSWER_KEYS.some((name) => name === key) && value !== '');
  return Object.fromEntries(known) as Answers;
};

/** A provider failed. Told in a sentence of ours: what a program prints may hold the very secret. */
export const providerFailed = (source: string, reason: string): ConfigurationError =>
  new ConfigurationError([`The credentials of ${source} cannot be used: ${reason}.`]);

/** Answers from wherever `look` finds them. Each is looked up when the login asks for it, and not kept. */
export class AnswerSheet implements LoginAnswers {
  constructor(
    private readonly source: string,
    private readonly look: (key: AnswerKey) => Promise<string | undefined>,
  ) {}

  username = (): Promise<string> => this.answer('username');
  password = (): Promise<string> => this.answer('password');
  secondFactor = (): Promise<string> => this.answer('totp');
  mailboxPassword = (): Promise<string> => this.answer('mailbox_password');

  private async answer(key: AnswerKey): Promise<string> {
    const value = await this.look(key);
    if (value !== undefined && value !== '') return value;
    throw providerFailed(this.source, `they have no ${key}, which this login needs`);
  }
}
