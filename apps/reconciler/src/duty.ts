import type { LeasedWork } from '#application/leased-work/leased-work.js';
import type { Clock } from '#application/ports/clock.js';
import { isFault } from '#domain/fault/fault.js';
import type { Probe } from '#platform/health.js';
import type { Logger } from '#platform/logger.js';

/** Something that is to be done again and again. */
export interface Duty {
  readonly name: string;
  /** False for a duty that any number of reconcilers do at once. */
  readonly leased: boolean;
  /** One pass; it leaves its work for the next one where it is told to stop. */
  readonly pass: (signal: AbortSignal) => Promise<void>;
  /** Resolves when the next pass is due. */
  readonly rest: (signal: AbortSignal) => Promise<void>;
}

const BACKOFF_FIRST_MS = 250;
const BACKOFF_MOST_MS = 5_000;
/** Between two looks whether the reconciler that does a duty is still there. */
const STANDBY_MS = 3_000;
/** Longest that a timer can run; a duty has no deadline. */
const NO_DEADLINE_MS = 2 ** 31 - 1;

/**
 * Does one duty for as long as the process runs. A pass that fails is tried again after a growing pause and shows in
 * readiness; its lease goes to whichever reconciler asks next, which may be luckier.
 */
export class DutyLoop {
  private failures = 0;
  private reason = '';

  constructor(
    private readonly duty: Duty,
    private readonly leased: LeasedWork,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  get probe(): Probe {
    const check = (): Promise<void> =>
      this.failures === 0 ? Promise.resolve() : Promise.reject(new Error(this.reason));
    return { name: `duty-${this.duty.name}`, check, whenFailing: 'degraded' };
  }

  /** Runs until the signal fires; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.passes(signal);
      } catch (error) {
        if (!signal.aborted) await this.recover(error, signal);
      }
    }
  }

  private passes(signal: AbortSignal): Promise<void> {
    const { name, leased } = this.duty;
    if (!leased) return this.repeat(signal);
    return this.leased.run({ entity: `duty-${name}`, deadlineMs: NO_DEADLINE_MS }, signal, (_, held) =>
      this.repeat(held),
    );
  }

  private async repeat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.duty.pass(signal);
      this.succeeded();
      await this.duty.rest(signal);
    }
  }

  private async recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (isFault(error, 'lease.held')) {
      // Another reconciler does it: that is as good as doing it.
      this.succeeded();
      await this.clock.sleep(STANDBY_MS, signal);
      return;
    }
    this.failed(error);
    const backoffMs = BACKOFF_FIRST_MS * 2 ** Math.min(this.failures - 1, 10);
    await this.clock.sleep(Math.min(BACKOFF_MOST_MS, backoffMs), signal);
  }

  private succeeded(): void {
    if (this.failures > 0) this.logger.info({ duty: this.duty.name, failures: this.failures }, 'duty works again');
    this.failures = 0;
  }

  private failed(error: unknown): void {
    this.failures += 1;
    this.reason = error instanceof Error ? error.message : 'failed';
    // 1, 2, 4, 8, ...: an outage is told, but not a hundred times.
    const isTold = Number.isInteger(Math.log2(this.failures));
    if (isTold)
      this.logger.warn({ duty: this.duty.name, failures: this.failures, err: error }, 'duty failed, trying on');
  }
}
