import type { Command } from 'commander';
import type { Answer } from '../terminal/terminal.js';
import type { Globals, Handler, Wire, World } from '../world.js';

/** What a command module gets: the world, and where answers go. */
export interface Shell {
  readonly world: World;
  readonly answer: (answer: Answer, globals: Globals) => void;
  readonly exit: (code: number) => void;
}

export const globalsOf = (command: Command): Globals => {
  const { dataDir, json = false, debug = false } = command.optsWithGlobals<Partial<Globals>>();
  return { dataDir: dataDir ?? '.ballast', json, debug };
};

/** Binds a handler to a command and hands its answer on. */
export const handles =
  <Options>(shell: Shell, handler: Handler<Options>) =>
  async (...invocation: unknown[]): Promise<void> => {
    const command = invocation.at(-1) as Command;
    const globals = globalsOf(command);
    const args = command.processedArgs as readonly unknown[];
    shell.answer(await handler({ args, options: command.opts() as Options, globals }), globals);
  };

/** A handler that works on a connection, which is closed afterwards whatever happens. */
export const onWire =
  <Options>(
    shell: Shell,
    work: (wire: Wire, ...input: Parameters<Handler<Options>>) => Promise<Answer>,
  ): Handler<Options> =>
  async (input) => {
    const wire = await shell.world.connect(input.globals.dataDir);
    try {
      return await work(wire, input);
    } finally {
      await wire.close();
    }
  };

/** Examples as they stand at the end of a command's help. */
export const examples = (...lines: readonly (readonly [command: string, meaning: string])[]): string => {
  const width = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, meaning]) => `  $ ${command.padEnd(width)}  # ${meaning}`);
  return `\nExamples:\n${rows.join('\n')}`;
};
