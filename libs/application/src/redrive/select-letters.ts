import type { DeadLetter, DeadLetterFilter, JobLedger } from '#application/ports/attempts.js';
import { Fault } from '#domain/fault/fault.js';

/** Which open letters: those named, or those that a filter finds. */
export type LetterSelection =
  { readonly ids: readonly string[] } | { readonly filter: Omit<DeadLetterFilter, 'state'> };

/** A dead letter by id, whatever its state: `dead-letter.absent` when there is none. */
export const letterById = async (ledger: JobLedger, id: string): Promise<DeadLetter> => {
  const letter = await ledger.get(id);
  if (!letter) throw new Fault('dead-letter.absent', { id });
  return letter;
};

/** A dead letter that waits for an operator: `dead-letter.settled` when it was redriven or dropped before. */
export const openLetter = async (ledger: JobLedger, id: string): Promise<DeadLetter> => {
  const letter = await letterById(ledger, id);
  if (letter.state !== 'open') throw new Fault('dead-letter.settled', { id, state: letter.state });
  return letter;
};

/** The letters that a selection means, each open. */
export const selectLetters = async (ledger: JobLedger, selection: LetterSelection): Promise<readonly DeadLetter[]> => {
  if ('filter' in selection) return ledger.find({ ...selection.filter, state: 'open' });
  return Promise.all(selection.ids.map((id) => openLetter(ledger, id)));
};
