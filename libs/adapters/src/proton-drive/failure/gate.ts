import { ConsecutiveBreaker } from 'cockatiel';
import { metrics } from '#platform/metrics.js';
import type { DriveHost, Observation } from '../drive-host.js';
import type { Brakes } from './brakes.js';
import { classify, STOPS, type FailureClass } from './classify.js';
import type { FleetBudget } from './fleet-budget.js';
import { measure } from './measure.js';

/** So many in a row without a proper answer are taken for an outage of the vault, not of one transfer. */
const FAILURES_OF_AN_OUTAGE = 10;
/** What the keeper of the session does itself: a refresh that is refused may still be helped by a fork. */
const SESSION_CALL = /\bauth\//;

/**
 * What every request to Proton goes through in a worker, whichever of its processes sends it: the breakers first, then the
 * budget; and what every answer is told to, so that what it means is in force before anybody sends again.
 */
export class Gate implements Pick<DriveHost, 'permit' | 'observed'> {
  readonly #inARow = new ConsecutiveBreaker(FAILURES_OF_AN_OUTAGE);

  constructor(
    private readonly brakes: Brakes,
    private readonly budget: FleetBudget,
  ) {}

  /** Faults: those of STOP_RULES; `vault.throttled` for a pause that is too long to wait for. */
  async permit(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.brakes.refuse();
    await this.budget.turn(signal);
    // The wait may have been long, and a probe is claimed only by whoever goes at once.
    await this.brakes.enter();
    signal.throwIfAborted();
  }

  async observed(observation: Observation): Promise<void> {
    const failure = classify(observation);
    measure(observation, failure);
    if (isWithoutAnswer(failure)) return this.failed(observation);
    this.#inARow.success();
    if (failure === 'throttled') await this.budget.throttled(observation.retryAfterMs);
    const cause = failure === null || isOfSession(failure, observation) ? undefined : STOPS[failure];
    if (cause !== undefined) await this.brakes.open(cause, detailOf(observation));
    await this.proved(observation, failure);
  }

  /** What the account's owner can still store. Room ends a stop for want of it. */
  async spaceSeen({ usedBytes, maxBytes }: { readonly usedBytes: number; readonly maxBytes: number }): Promise<void> {
    metrics.protonQuota.set({ kind: 'used' }, usedBytes);
    metrics.protonQuota.set({ kind: 'max' }, maxBytes);
    if (maxBytes - usedBytes >= ROOM_BYTES) await this.brakes.lift('quota');
  }

  close(): void {
    this.brakes.close();
    this.budget.close();
  }

  private async failed(observation: Observation): Promise<void> {
    // A request that somebody took back says nothing of the vault.
    if (observation.errorName === 'AbortError') return;
    const isOutage = this.#inARow.failure() || this.brakes.probing()?.cause === 'outage';
    if (isOutage) await this.brakes.open('outage', detailOf(observation));
  }

  private async proved(observation: Observation, failure: FailureClass | null): Promise<void> {
    const probed = this.brakes.probing()?.cause;
    if (probed === 'outage') await this.brakes.proved('outage');
    if (probed === 'quota' && failure === null && takesSpace(observation)) await this.brakes.proved('quota');
  }
}

/** Less is no room for work to go on with. */
const ROOM_BYTES = 256 * 1024 * 1024;

const isWithoutAnswer = (failure: FailureClass | null): boolean => failure === 'outage' || failure === 'network';

const isOfSession = (failure: FailureClass, { op }: Observation): boolean =>
  failure === 'session-refused' && SESSION_CALL.test(op);

/** Blocks are the first that the server counts; a file without blocks needs no room. */
const takesSpace = ({ op, sentBytes, receivedBytes }: Observation): boolean =>
  op === 'POST drive/blocks' || (op === 'storage' && sentBytes > receivedBytes);

/** An API code, a status, the name of an error, or what the headers say: never text of a server. */
const detailOf = ({ code, status, errorName, requirements }: Observation): string => {
  if (code !== null && code > 1_002) return String(code);
  if (requirements) return 'headers';
  return status > 0 ? String(status) : (errorName ?? 'unknown');
};
