import { AnswerSheet, parseAnswers, type Answers } from './answer-sheet.js';
import { runProgram } from './run-program.js';

type Environment = Readonly<Record<string, string | undefined>>;

const SOURCE = 'git-credential';

/**
 * User name and password from git's credential helpers, for `https://<host>`: the keychain of the desktop, libsecret, or
 * whatever is configured. Git is kept from asking a person itself. It is run once, when the first answer is asked for.
 */
export const gitCredentialAnswers = (host: string, environment: Environment): AnswerSheet => {
  let filled: Promise<Answers> | null = null;
  const fill = async (): Promise<Answers> => {
    const input = `protocol=https\nhost=${host}\n\n`;
    const quiet = { ...environment, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '' };
    const program = { command: 'git', args: ['-c', 'core.askPass=', 'credential', 'fill'], input, environment: quiet };
    return parseAnswers(await runProgram(SOURCE, program));
  };
  return new AnswerSheet(SOURCE, async (key) => (await (filled ??= fill()))[key]);
};
