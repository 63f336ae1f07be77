import { AnswerSheet, parseAnswers, providerFailed, type Answers } from './answer-sheet.js';
import { runProgram } from './run-program.js';

type Environment = Readonly<Record<string, string | undefined>>;

const SOURCE = 'exec';

/**
 * Whatever a program of one's own prints as `key=value` lines. The command is split at spaces and run without a shell, so
 * that nothing in it is ever interpreted. It is run once, when the first answer is asked for.
 */
export const execAnswers = (commandLine: string, environment: Environment): AnswerSheet => {
  const [command, ...args] = commandLine.trim().split(/\s+/);
  if (command === undefined || command === '') throw providerFailed(SOURCE, 'no program is named');
  let said: Promise<Answers> | null = null;
  const run = async () => parseAnswers(await runProgram(SOURCE, { command, args, environment }));
  return new AnswerSheet(SOURCE, async (key) => (await (said ??= run()))[key]);
};
