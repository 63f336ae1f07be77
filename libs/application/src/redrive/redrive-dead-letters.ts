import type { DeadLetter, JobLedger } from '#application/ports/attempts.js';
import type { Clock } from '#application/ports/clock.js';
import type { EventStore } from '#application/ports/event-store.js';
import type { Outbox } from '#application/ports/outbox.js';
import { parseJob, type JobPayload } from '#contracts/jobs/jobs.js';
import type { EventContext } from '#domain/event/event.js';
import { isFault } from '#domain/fault/fault.js';
import { decide, foldObject, needsUpload } from '#domain/lfs-object/lfs-object.js';
import type { LfsObjectEvent } from '#domain/lfs-object/events.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import type { Oid } from '#domain/oid.js';
import { selectLetters, type LetterSelection } from './select-letters.js';

export interface LetterOutcome {
  readonly letter: DeadLetter;
  /** `moot`: what the job was for is true by now, so the letter is closed and nothing is queued. */
  readonly outcome: 'redriven' | 'moot' | 'refused';
  /** Why it was refused, and what to do instead. */
  readonly reason: string | null;
}

export interface RedriveWay {
  readonly dryRun: boolean;
  /** Told between the two commits for a letter: its job is queued, and it is not closed yet. */
  readonly queued?: (letter: DeadLetter) => void;
}

const CONFLICTS_MAX = 10;

/**
 * Gives up jobs another round of attempts. A store is redriven by one commit (StoreRedriven and its job under a new
 * generation), a hydration by its job alone. Safe to repeat: a letter whose job was queued before a crash is queued once
 * more under the same job id. Faults for ids: `dead-letter.absent`, `dead-letter.settled`.
 */
export class RedriveDeadLetters {
  constructor(
    private readonly ledger: JobLedger,
    private readonly events: EventStore,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  async execute(
    selection: LetterSelection,
    context: EventContext,
    { dryRun, queued }: RedriveWay,
  ): Promise<readonly LetterOutcome[]> {
    const letters = await selectLetters(this.ledger, selection);
    const outcomes: LetterOutcome[] = [];
    for (const letter of letters) {
      const result = await this.redrive(letter, context, dryRun);
      if (!dryRun && result.outcome === 'redriven') queued?.(letter);
      if (!dryRun && result.outcome !== 'refused') await this.ledger.close(letter.id, 'redriven');
      outcomes.push({ letter, ...result });
    }
    return outcomes;
  }

  private async redrive(letter: DeadLetter, context: EventContext, dryRun: boolean): Promise<Result> {
    const payload = readPayload(letter);
    if (!payload) return refused('its payload cannot be read: drop it');
    switch (letter.queue) {
      case 'store-object':
        return this.redriveStore(payload.oid, context, dryRun);
      case 'hydrate-object':
        // Given up because the vault did not have it: it is looked for there again.
        if (await this.isMissed(payload.oid)) return this.redriveStore(payload.oid, context, dryRun);
        if (!dryRun) await this.outbox.put([{ queue: 'hydrate-object', payload }], context);
        return redriven;
    }
  }

  private async isMissed(oid: Oid): Promise<boolean> {
    const { events } = await this.events.read(objectStream(oid));
    const object = foldObject(events as unknown as readonly LfsObjectEvent[]);
    return object.state === 'failed' && object.code === 'vault.absent';
  }

  private async redriveStore(oid: Oid, context: EventContext, dryRun: boolean): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      const stream = objectStream(oid);
      const { version, events } = await this.events.read(stream);
      const object = foldObject(events as unknown as readonly LfsObjectEvent[]);
      if (object.state === 'absent') return refused('the object was never staged: drop it');
      if (object.state !== 'failed') return moot;
      if (needsUpload(object.code) && object.code !== 'vault.absent')
        return refused('the staged bytes are gone: push the object again');
      const decided = decide(object, { type: 'Redrive', oid, at: this.clock.now().toISOString() });
      if (dryRun) return redriven;
      const payload: JobPayload = { v: 1, oid, generation: object.generation + 1 };
      const messages = [{ queue: 'store-object', payload }] as const;
      try {
        await this.events.append({
          writes: [{ stream, expectedVersion: version, events: decided }],
          messages,
          context,
        });
        return redriven;
      } catch (error) {
        if (!isFault(error, 'stream.version-conflict') || attempt === CONFLICTS_MAX) throw error;
      }
    }
  }
}

type Result = Omit<LetterOutcome, 'letter'>;

const redriven: Result = { outcome: 'redriven', reason: null };
const moot: Result = { outcome: 'moot', reason: null };
const refused = (reason: string): Result => ({ outcome: 'refused', reason });

const readPayload = ({ queue, payload }: DeadLetter): JobPayload | null => {
  try {
    return parseJob(queue, payload);
  } catch (error) {
    if (isFault(error, 'job.malformed')) return null;
    throw error;
  }
};
