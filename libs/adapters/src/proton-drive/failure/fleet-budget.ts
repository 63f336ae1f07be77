import type { Clock } from '#application/ports/clock.js';
import type { BudgetGrant, RequestBudget } from '#application/ports/request-budget.js';
import { Fault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';
import { LocalShare } from './local-share.js';

/** Most that is taken from the fleet's bucket at once: what lies here is lost to the others. */
const LOT = 8;
/**
 * A pause up to this long is sat out by whoever waits; for a longer one jobs are handed back and give up their slots. Half of the
 * time of the shortest attempt, which runs meanwhile.
 */
const WAIT_MOST_MS = 30_000;
/** Asked for when Proton does not say for how long to pause: as long as its SDK waits then. */
const UNSAID_PAUSE_MS = 10_000;
const LEAST_PAUSE_MS = 1_000;
/** Between two questions to a database that does not answer. */
const AWAY_MS = 2_000;

interface Waiter {
  readonly go: () => void;
  readonly refuse: (fault: Fault) => void;
}

/**
 * The requests of one process as part of the fleet's: all that wait share one question to the bucket, and a pause that any
 * process was asked for is everybody's. While the database is away, a share of the last known rate goes on.
 */
export class FleetBudget {
  readonly #waiting = new Set<Waiter>();
  readonly #closing = new AbortController();
  readonly #share: LocalShare;
  #serving = false;
  #pausedUntil = 0;
  #askAgainAt = 0;

  constructor(
    private readonly bucket: RequestBudget,
    private readonly clock: Clock,
    requestsPerSecondMax: number,
  ) {
    this.#share = new LocalShare(clock, requestsPerSecondMax);
  }

  /** Resolves when one request may be sent. Rejects with the signal's reason, or `vault.throttled` for a long pause. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#closing.signal.aborted) throw new Fault('service.draining');
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiter);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        go: () => (leave(), resolve()),
        refuse: (fault) => (leave(), reject(fault)),
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.add(waiter);
      void this.#serve();
    });
  }

  /** Proton said "too many requests". In force for this process at once; resolves when it is for the fleet. */
  async throttled(retryAfterMs: number | null): Promise<void> {
    const pauseMs = Math.max(retryAfterMs ?? UNSAID_PAUSE_MS, LEAST_PAUSE_MS);
    this.#pauseFor(pauseMs);
    try {
      this.#pauseFor(await this.bucket.throttled(pauseMs));
    } catch {
      this.#share.halve();
    }
  }

  close(): void {
    this.#closing.abort();
    this.#refuseAll(new Fault('service.draining'));
  }

  async #serve(): Promise<void> {
    if (this.#serving) return;
    this.#serving = true;
    // Whoever asks in the same turn of the loop shares the question.
    await Promise.resolve();
    while (this.#waiting.size > 0 && !this.#closing.signal.aborted) {
      const pauseMs = this.#pausedUntil - this.clock.now().getTime();
      if (pauseMs > WAIT_MOST_MS) this.#refuseAll(new Fault('vault.throttled', { retryAfterMs: pauseMs }));
      else if (pauseMs > 0) await this.#rest(pauseMs);
      else await this.#grant();
    }
    this.#serving = false;
  }

  async #grant(): Promise<void> {
    const { requests, waitMs } = await this.#take(Math.min(LOT, this.#waiting.size));
    const lucky = [...this.#waiting].slice(0, requests);
    for (const waiter of lucky) waiter.go();
    if (requests > 0) return;
    // Longer than the bucket needs for a single request: the fleet was asked for a pause.
    if (waitMs > LEAST_PAUSE_MS * 2) this.#pausedUntil = this.clock.now().getTime() + waitMs;
    else await this.#rest(waitMs);
  }

  async #take(wanted: number): Promise<BudgetGrant> {
    const now = this.clock.now().getTime();
    if (now < this.#askAgainAt) return this.#share.take(wanted);
    try {
      const grant = await this.bucket.take(wanted);
      this.#share.learn(grant.requestsPerSecond);
      metrics.protonRate.set(grant.requestsPerSecond);
      metrics.protonTokens.set(grant.tokens);
      return grant;
    } catch {
      this.#askAgainAt = this.clock.now().getTime() + AWAY_MS;
      return this.#share.take(wanted);
    }
  }

  #refuseAll(fault: Fault): void {
    for (const waiter of [...this.#waiting]) waiter.refuse(fault);
  }

  #rest(ms: number): Promise<void> {
    return this.clock.sleep(Math.max(1, ms), this.#closing.signal);
  }

  #pauseFor(ms: number): void {
    const now = this.clock.now().getTime();
    const addedMs = now + ms - Math.max(now, this.#pausedUntil);
    if (addedMs <= 0) return;
    metrics.protonThrottle.inc(addedMs / 1_000);
    this.#pausedUntil = now + ms;
  }
}
