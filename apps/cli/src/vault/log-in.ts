import type { LoginAnswers } from '#application/ports/vault-account.js';
import type { VaultSession } from '#application/ports/vault-sessions.js';
import { waitForFork } from '#application/vault-session/wait-for-fork.js';
import type { Terminal } from '../terminal/terminal.js';
import { UsageError } from '../terminal/usage-error.js';
import type { Prompter } from './prompter.js';
import type { VaultWire } from './vault-wire.js';

/** Proton asks third parties to say so wherever they ask for credentials. */
export const DISCLOSURE = 'This is a third-party application not officially supported by Proton.';

/** The page of a fork, then the wait for the account's owner. */
export const logInByFork = async (vault: VaultWire, terminal: Terminal): Promise<VaultSession> => {
  const fork = await vault.account.beginFork();
  const lines = [
    'Open this page in a browser, on this device or any other, and sign in at Proton there:',
    '',
    `  ${fork.url}`,
    '',
    `It asks about the code ${fork.code}. No password comes to this server.`,
    'The page holds a key: show it to nobody. Waiting up to 10 minutes for you to agree ...',
  ];
  terminal.err(lines.join('\n'));
  return waitForFork(fork, vault.clock, new AbortController().signal);
};

/** Tried exactly once, whatever comes of it: Proton answers repeated logins of servers with CAPTCHA or a block. */
export const logInByPassword = async (
  vault: VaultWire,
  terminal: Terminal,
  answers: LoginAnswers,
): Promise<VaultSession> => {
  terminal.err('Logging in once; it is not repeated, whatever comes of it ...');
  return vault.account.withPassword(answers);
};

/** What a person types. Asked only when the login comes to it. */
export const typedAnswers = (prompter: Prompter | null): LoginAnswers => {
  if (prompter === null) {
    throw new UsageError('There is no terminal to ask at: name where the password comes from with --credentials.');
  }
  return {
    username: () => prompter.ask('Proton user name:'),
    password: () => prompter.askHidden('Password (not shown):'),
    secondFactor: () => prompter.ask('Two-factor code:'),
    mailboxPassword: () => prompter.askHidden('Mailbox password (not shown):'),
  };
};
