import type { DeadLetter, JobLedger } from '#application/ports/attempts.js';
import type { VaultHistory } from '#application/vault-breaker/vault-history.js';
import type { EventContext } from '#domain/event/event.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { isFault } from '#domain/fault/fault.js';
import { STOP_CAUSES, STOP_RULES, type StopCause } from '#domain/vault/vault.js';
import type { RedriveDeadLetters } from './redrive-dead-letters.js';

/** What jobs were given up for besides the code of the stop itself, before or while its breaker was open. */
const RELATED: Readonly<Partial<Record<StopCause, readonly FaultCode[]>>> = {
  outage: ['vault.unavailable'],
  quota: ['vault.full'],
};

export interface RedriveLimits {
  /** Most letters of one pass: what waited for days is not to come back in one second. */
  readonly lettersMax: number;
}

/** Told between the steps of a pass. */
export interface RedriveSteps {
  readonly queued?: (letter: DeadLetter) => void;
  readonly closed?: () => void;
}

const LOOKED_AT_MAX = 1_000;
/** Letters that nothing but a person can help; looked at again after a restart. */
const REFUSED_MAX = 10_000;

/**
 * Redrives open dead letters whose cause has passed: those given up before its breaker closed for the last time. One that
 * fails again afterwards is younger than that, and waits for the next time or an operator.
 */
export class RedriveRecovered {
  readonly #refused = new Set<string>();

  constructor(
    private readonly ledger: JobLedger,
    private readonly history: VaultHistory,
    private readonly redrive: RedriveDeadLetters,
  ) {}

  /** Resolves with the number of letters that were closed. Faults: `database.unavailable`. */
  async execute({ lettersMax }: RedriveLimits, context: EventContext, steps: RedriveSteps = {}): Promise<number> {
    const letters = await this.candidates();
    if (letters.length === 0) return 0;
    const recoveries = await this.history.recoveries();
    const due = letters.filter(({ cause, letter }) => letter.lastAt < (recoveries.get(cause) ?? NEVER));
    let closed = 0;
    for (const { letter } of due.slice(0, lettersMax)) {
      if (!(await this.tryOne(letter, context, steps))) continue;
      closed += 1;
      steps.closed?.();
    }
    return closed;
  }

  private async candidates(): Promise<readonly Candidate[]> {
    const found: Candidate[] = [];
    for (const cause of STOP_CAUSES) {
      for (const code of [STOP_RULES[cause].code, ...(RELATED[cause] ?? [])]) {
        const letters = await this.ledger.find({ code, state: 'open', limit: LOOKED_AT_MAX });
        found.push(...letters.filter(({ id }) => !this.#refused.has(id)).map((letter) => ({ cause, letter })));
      }
    }
    return found;
  }

  private async tryOne({ id }: DeadLetter, context: EventContext, { queued }: RedriveSteps): Promise<boolean> {
    try {
      const way = { dryRun: false, ...(queued === undefined ? {} : { queued }) };
      const [result] = await this.redrive.execute({ ids: [id] }, context, way);
      if (result?.outcome !== 'refused') return true;
    } catch (error) {
      // Somebody else closed it meanwhile.
      if (!isFault(error, 'dead-letter.settled')) throw error;
    }
    if (this.#refused.size >= REFUSED_MAX) this.#refused.clear();
    this.#refused.add(id);
    return false;
  }
}

interface Candidate {
  readonly cause: StopCause;
  readonly letter: DeadLetter;
}

const NEVER = new Date(0);
