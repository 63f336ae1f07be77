import type { AttemptError, DeadLetter } from '#application/ports/attempts.js';
import type { LetterOutcome } from '#application/redrive/redrive-dead-letters.js';
import { formatTime, plural } from '../terminal/format.js';
import { paint, printable } from '../terminal/style.js';
import { table } from '../terminal/table.js';

export const renderLetters = (letters: readonly DeadLetter[]): string => {
  if (letters.length === 0) return 'There are no such dead letters.';
  const rows = letters.map(({ id, queue, code, attempts, state, lastAt, oid, fingerprint }) => [
    id,
    queue,
    code,
    String(attempts),
    state,
    formatTime(lastAt).slice(0, 19),
    oid ? `${oid.slice(0, 12)}…` : '-',
    fingerprint,
  ]);
  return table(['ID', 'QUEUE', 'CODE', 'ATTEMPTS', 'STATE', 'LAST', 'OID', 'CAUSE'], rows);
};

export const renderLetter = (letter: DeadLetter, colour: boolean): string => {
  const tint = paint(colour);
  const trace = letter.traceparent?.split('-')[1] ?? '-';
  const rows = [
    ['queue', letter.queue],
    ['job', printable(letter.jobId)],
    ['oid', letter.oid ?? '-'],
    ['code', tint('red', letter.code)],
    ['cause', letter.fingerprint],
    ['attempts', String(letter.attempts)],
    ['first', formatTime(letter.firstAt)],
    ['last', formatTime(letter.lastAt)],
    ['state', letter.state],
    ['trace', trace],
    ['payload', printable(JSON.stringify(letter.payload))],
  ];
  return [`${tint('bold', `Dead letter ${letter.id}`)}`, table(['', ''], rows, '  '), renderErrors(letter.errors)].join(
    '\n',
  );
};

/** What the last attempts met, oldest first. */
export const renderErrors = (errors: readonly AttemptError[]): string => {
  const rows = errors.map(({ at, attempt, code, detail }) => [
    `attempt ${attempt}`,
    formatTime(new Date(at)),
    code,
    detail === code ? '' : printable(detail),
  ]);
  return table(['', '', '', ''], rows, '  ');
};

export const renderOutcomes = (outcomes: readonly LetterOutcome[], dryRun: boolean): string => {
  if (outcomes.length === 0) return 'There are no such dead letters; nothing was done.';
  const words = {
    redriven: dryRun ? 'would be tried again' : 'tried again',
    moot: dryRun ? 'would be closed, no longer needed' : 'closed, no longer needed',
    refused: 'refused',
  };
  const rows = outcomes.map(({ letter, outcome, reason }) => [
    letter.id,
    letter.queue,
    letter.code,
    words[outcome],
    reason ?? '',
  ]);
  const refused = outcomes.filter(({ outcome }) => outcome === 'refused').length;
  const rest = refused > 0 ? `, ${refused} refused` : '';
  const done = `${plural(outcomes.length - refused, 'dead letter')} ${dryRun ? 'would be settled (dry run)' : 'settled'}${rest}`;
  return `${table(['ID', 'QUEUE', 'CODE', 'OUTCOME', ''], rows)}\n\n${done}`;
};
