import { Argument, type Command } from 'commander';
import { completionFor, SHELLS, type CommandTree, type ShellName } from '../reports/completion.js';
import { examples, handles, type Shell } from './command.js';

export const addCompletion = (program: Command, shell: Shell): void => {
  program
    .command('completion')
    .summary('completion for your shell')
    .description('Prints a script that completes commands and options.')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        ['source <(ballast completion bash)', 'in ~/.bashrc'],
        ['source <(ballast completion zsh)', 'in ~/.zshrc, after compinit'],
        ['ballast completion fish | source', 'in config.fish'],
      ),
    )
    .action(
      handles(shell, async ({ args }) => {
        const [name] = args as [ShellName];
        const script = completionFor(name, treeOf(program, ''));
        return { data: { shell: name, script }, text: script };
      }),
    );
};

/** Every command with what may follow it. */
const treeOf = (command: Command, path: string): CommandTree[] => {
  const visible = command.commands.filter((child) => child.name() !== 'help');
  const help = command.createHelp();
  const options = [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
  const node: CommandTree = {
    path,
    commands: visible.map((child) => ({ name: child.name(), summary: child.summary() || child.description() })),
    options: options.flatMap(({ long, description }) => (long ? [{ name: long, summary: description }] : [])),
  };
  return [node, ...visible.flatMap((child) => treeOf(child, `${path} ${child.name()}`.trim()))];
};
