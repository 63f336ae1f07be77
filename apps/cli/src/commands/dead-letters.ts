import type { DeadLetter, DeadLetterFilter } from '#application/ports/attempts.js';
import { letterById, type LetterSelection } from '#application/redrive/select-letters.js';
import { QUEUE_NAMES, type QueueName } from '#contracts/jobs/jobs.js';
import type { Oid } from '#domain/oid.js';
import { Option, type Command } from 'commander';
import { renderLetter, renderLetters, renderOutcomes } from '../reports/letters.js';
import { plural } from '../terminal/format.js';
import type { Answer } from '../terminal/terminal.js';
import { UsageError } from '../terminal/usage-error.js';
import type { Wire } from '../world.js';
import { examples, handles, onWire, type Shell } from './command.js';
import { idArgument, limitArgument, oidArgument } from './parsers.js';

interface FilterFlags {
  readonly queue?: QueueName;
  readonly code?: string;
  readonly cause?: string;
  readonly oid?: Oid;
  readonly limit: number;
}

interface SelectionFlags extends FilterFlags {
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

export const addDeadLetters = (program: Command, shell: Shell): void => {
  const letters = program
    .command('dead-letters')
    .summary('jobs that were given up')
    .description('Jobs that were given up: list and show them, try them again, or drop them.');
  addList(letters, shell);
  addShow(letters, shell);
  addRedrive(letters, shell);
  addDrop(letters, shell);
};

const withFilters = (command: Command): Command =>
  command
    .addOption(new Option('--queue <name>', 'of one queue').choices(QUEUE_NAMES))
    .option('--code <code>', 'with this fault code, such as vault.refused')
    .option('--cause <fingerprint>', 'of one cause, as the list shows it')
    .option('--oid <oid>', 'of one object', oidArgument)
    .option('--limit <number>', 'most at once', limitArgument, 1_000);

/** The letters that a command settles, and whether it only tells. */
const withSelection = (command: Command): Command =>
  withFilters(command)
    .argument('[id...]', 'which, by id', idArgument)
    .option('--all', 'every open dead letter')
    .option('--dry-run', 'only tell what would be done');

const filterOf = ({ queue, code, cause, oid, limit }: FilterFlags): Omit<DeadLetterFilter, 'state'> => ({
  ...(queue === undefined ? {} : { queue }),
  ...(code === undefined ? {} : { code }),
  ...(cause === undefined ? {} : { fingerprint: cause }),
  ...(oid === undefined ? {} : { oid }),
  limit,
});

const isNarrowed = ({ queue, code, cause, oid }: FilterFlags): boolean =>
  [queue, code, cause, oid].some((value) => value !== undefined);

/** What is to be settled: ids, or a filter; everything only when --all says so. */
const selectionOf = (ids: readonly string[], flags: SelectionFlags): LetterSelection => {
  const narrowed = isNarrowed(flags);
  if (ids.length > 0 && (narrowed || flags.all)) throw new UsageError('Give ids or a filter, not both.');
  if (ids.length > 0) return { ids: [...new Set(ids)] };
  if (!narrowed && !flags.all) throw new UsageError('Say which: ids, a filter such as --code vault.refused, or --all.');
  return { filter: filterOf(flags) };
};

const addList = (letters: Command, shell: Shell): void => {
  withFilters(letters.command('list'))
    .summary('list dead letters')
    .description('Lists dead letters, by default those that are open.')
    .addOption(new Option('--state <state>', 'which').choices(['open', 'redriven', 'dropped', 'any']).default('open'))
    .addHelpText(
      'after',
      examples(
        ['ballast dead-letters list', 'what waits for somebody'],
        ['ballast dead-letters list --queue store-object --code vault.full', 'of one kind'],
        ['ballast dead-letters list --state any --json', 'all, for scripts'],
      ),
    )
    .action(
      handles(
        shell,
        onWire<FilterFlags & { state: DeadLetter['state'] | 'any' }>(shell, async (wire, { options }) => {
          const { state } = options;
          const found = await wire.ledger.find({ ...filterOf(options), ...(state === 'any' ? {} : { state }) });
          const empty = state === 'open' && !isNarrowed(options) ? 'There are no open dead letters.' : null;
          const text = found.length === 0 && empty !== null ? empty : renderLetters(found);
          return { data: { deadLetters: found }, text };
        }),
      ),
    );
};

const addShow = (letters: Command, shell: Shell): void => {
  letters
    .command('show')
    .summary('show one dead letter')
    .description('Shows one dead letter with its last errors.')
    .argument('<id>', 'its id', (text) => idArgument(text, undefined)[0])
    .addHelpText('after', examples(['ballast dead-letters show 7', 'with its payload and trace id']))
    .action(
      handles(
        shell,
        onWire(shell, async (wire, { args }) => {
          const [id] = args as [string];
          const letter = await letterById(wire.ledger, id);
          return { data: letter, text: renderLetter(letter, shell.world.terminal.colour) };
        }),
      ),
    );
};

const addRedrive = (letters: Command, shell: Shell): void => {
  withSelection(letters.command('redrive'))
    .summary('try given-up jobs again')
    .description('Gives jobs another round of attempts. Safe to repeat.')
    .addHelpText(
      'after',
      examples(
        ['ballast dead-letters redrive 7 8', 'these two'],
        ['ballast dead-letters redrive --code vault.full --dry-run', 'what a filter means'],
        ['ballast dead-letters redrive --all', 'all of them'],
      ),
    )
    .action(settles(shell, redriveLetters));
};

const addDrop = (letters: Command, shell: Shell): void => {
  withSelection(letters.command('drop'))
    .summary('close dead letters for good')
    .description('Closes dead letters without another attempt. The objects stay as they are; a new push can mend them.')
    .addHelpText(
      'after',
      examples(
        ['ballast dead-letters drop 7', 'this one'],
        ['ballast dead-letters drop --code job.malformed --dry-run', 'what a filter means'],
      ),
    )
    .action(settles(shell, dropLetters));
};

type Settle = (wire: Wire, selection: LetterSelection, dryRun: boolean) => Promise<Answer>;

/** What is to be settled is clear before anything is opened. */
const settles = (shell: Shell, settle: Settle) =>
  handles<SelectionFlags>(shell, async (input) => {
    const { args, options } = input;
    const selection = selectionOf((args[0] as readonly string[] | undefined) ?? [], options);
    return onWire<SelectionFlags>(shell, (wire) => settle(wire, selection, options.dryRun ?? false))(input);
  });

const redriveLetters: Settle = async (wire, selection, dryRun) => {
  const outcomes = await wire.redrive.execute(selection, wire.context(), { dryRun });
  const shown = outcomes.map(({ letter, outcome, reason }) => ({ id: letter.id, oid: letter.oid, outcome, reason }));
  const exitCode = outcomes.some(({ outcome }) => outcome === 'refused') ? 1 : 0;
  return { data: { dryRun, deadLetters: shown }, text: renderOutcomes(outcomes, dryRun), exitCode };
};

const dropLetters: Settle = async (wire, selection, dryRun) => {
  const dropped = await wire.drop.execute(selection, { dryRun });
  const done = `${plural(dropped.length, 'dead letter')} ${dryRun ? 'would be dropped (dry run)' : 'dropped'}.`;
  const text =
    dropped.length === 0 ? 'There are no such dead letters; nothing was done.' : `${renderLetters(dropped)}\n\n${done}`;
  return { data: { dryRun, deadLetters: dropped.map(({ id, oid }) => ({ id, oid })) }, text };
};
