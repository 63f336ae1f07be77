import { VERSION } from '#platform/version.js';
import { Command } from 'commander';
import { addCompletion } from './commands/completion.js';
import { addConfig } from './commands/config.js';
import { addDeadLetters } from './commands/dead-letters.js';
import { addDoctor } from './commands/doctor.js';
import { addMigrate, addRebuild } from './commands/maintenance.js';
import { addObject } from './commands/object.js';
import { addRepository } from './commands/repository.js';
import { addStatus } from './commands/status.js';
import { addToken } from './commands/token.js';
import { addUp } from './commands/up.js';
import { addVault } from './commands/vault.js';
import { examples, type Shell } from './commands/command.js';

/** The command line as a whole. Parsing throws CommanderError instead of ending the process. */
export const createProgram = (shell: Shell): Command => {
  const { terminal } = shell.world;
  const program = new Command('ballast')
    .description('Ballast: a Git LFS server for a whole organisation. The command line runs it and looks after it.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('--data-dir <path>', 'where the embedded stack keeps everything', '.ballast')
    .option('--json', 'one JSON document on standard output; messages go to standard error')
    .option('--debug', 'tell where a failure came from')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      getOutHasColors: () => terminal.colour,
      getErrHasColors: () => terminal.colour,
    })
    .exitOverride()
    .addHelpText(
      'after',
      examples(
        ['ballast up', 'start everything here'],
        ['ballast status', 'how everything is'],
        ['ballast token issue --name laptop', 'a token to push with'],
        ['ballast object explain <oid>', 'the life of one object'],
      ),
    );
  addUp(program, shell);
  addStatus(program, shell);
  addDoctor(program, shell);
  addRepository(program, shell);
  addToken(program, shell);
  addObject(program, shell);
  addVault(program, shell);
  addDeadLetters(program, shell);
  addRebuild(program, shell);
  addMigrate(program, shell);
  addConfig(program, shell);
  addCompletion(program, shell);
  explainMistakes(program, 'ballast');
  return program;
};

/** A mistake in typing is answered with how the command is used, in two lines. */
const explainMistakes = (command: Command, path: string): void => {
  command.showHelpAfterError(`Usage: ${path} ${command.usage()}\nSee \`${path} --help\`.`);
  for (const child of command.commands) explainMistakes(child, `${path} ${child.name()}`);
};
