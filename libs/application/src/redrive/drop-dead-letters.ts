import type { DeadLetter, JobLedger } from '#application/ports/attempts.js';
import { selectLetters, type LetterSelection } from './select-letters.js';

/**
 * Closes dead letters without another attempt; what they failed at stays failed, and a later push of the object can mend
 * it. Faults for ids: `dead-letter.absent`, `dead-letter.settled`.
 */
export class DropDeadLetters {
  constructor(private readonly ledger: JobLedger) {}

  async execute(selection: LetterSelection, { dryRun }: { readonly dryRun: boolean }): Promise<readonly DeadLetter[]> {
    const letters = await selectLetters(this.ledger, selection);
    if (!dryRun) for (const { id } of letters) await this.ledger.close(id, 'dropped');
    return letters;
  }
}
