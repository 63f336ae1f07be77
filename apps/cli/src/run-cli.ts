import { CommanderError } from 'commander';
import { createProgram } from './program.js';
import { describeFailure, renderFailure, renderTrace, type Failure } from './terminal/failure.js';
import type { Answer } from './terminal/terminal.js';
import type { Globals, World } from './world.js';

const WRONG_USAGE = 2;
/** Not mistakes: help or the version was asked for. */
const ASKED_FOR = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

/**
 * Runs one command and resolves with its exit code: 0 done, 1 failed or bad news, 2 typed wrongly. Results go to standard
 * output, everything else to standard error; nothing is thrown.
 */
export const runCli = async (args: readonly string[], world: World): Promise<number> => {
  const { terminal } = world;
  let exitCode = 0;
  const exit = (code: number): void => {
    exitCode = code;
  };
  const answer = (found: Answer, { json }: Globals): void => {
    terminal.out(json ? JSON.stringify(found.data, null, 2) : found.text);
    exit(found.exitCode ?? 0);
  };
  const program = createProgram({ world, answer, exit });
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return ended(error, args, world);
    return failed(error, args, world);
  }
};

/** Commander has told the person already. */
const ended = (error: CommanderError, args: readonly string[], { terminal }: World): number => {
  if (ASKED_FOR.has(error.code)) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  if (args.includes('--json')) {
    const what = error.message.replace(/^error: /, '');
    terminal.out(asJson({ exitCode: WRONG_USAGE, what, todo: 'See --help.', code: 'usage', runbook: null }));
  }
  return WRONG_USAGE;
};

const failed = (error: unknown, args: readonly string[], { terminal }: World): number => {
  const failure = describeFailure(error);
  terminal.err(renderFailure(failure, terminal.colour));
  if (args.includes('--debug')) terminal.err(renderTrace(error));
  if (args.includes('--json')) terminal.out(asJson(failure));
  return failure.exitCode;
};

const asJson = ({ code, what, todo, runbook }: Failure): string =>
  JSON.stringify({ error: { code, message: what, todo, runbook } }, null, 2);
