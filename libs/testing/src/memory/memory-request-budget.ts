import type { Clock } from '#application/ports/clock.js';
import {
  BURST_SECONDS,
  LEAST_REQUESTS_PER_SECOND,
  RECOVERY_SECONDS,
  RequestBudget,
  type BudgetGrant,
} from '#application/ports/request-budget.js';

/** The bucket of a fleet of one process. */
export class MemoryRequestBudget extends RequestBudget {
  private tokens = 1;
  private rate: number;
  private refilledAt: number;
  private pausedUntil = 0;
  /** Pauses that were begun, for specs. */
  pauses = 0;

  constructor(
    private readonly clock: Clock,
    private readonly requestsPerSecondMax: number,
  ) {
    super();
    this.rate = requestsPerSecondMax;
    this.refilledAt = clock.now().getTime();
  }

  override async take(wanted: number): Promise<BudgetGrant> {
    await Promise.resolve();
    const now = this.clock.now().getTime();
    const rate = Math.min(this.rate, this.requestsPerSecondMax);
    if (this.pausedUntil > now)
      return { requests: 0, waitMs: this.pausedUntil - now, requestsPerSecond: rate, tokens: 0 };
    const seconds = Math.max(0, now - this.refilledAt) / 1_000;
    const most = Math.max(1, this.requestsPerSecondMax * BURST_SECONDS);
    this.tokens = Math.min(most, this.tokens + seconds * rate);
    this.refilledAt = Math.max(now, this.refilledAt);
    this.rate = Math.min(this.requestsPerSecondMax, rate + (seconds * this.requestsPerSecondMax) / RECOVERY_SECONDS);
    const requests = Math.min(wanted, Math.floor(this.tokens));
    const waitMs = requests > 0 ? 0 : Math.max(1, Math.ceil(((1 - this.tokens) / rate) * 1_000));
    this.tokens -= requests;
    return { requests, waitMs, requestsPerSecond: rate, tokens: this.tokens };
  }

  override async throttled(pauseMs: number): Promise<number> {
    await Promise.resolve();
    const now = this.clock.now().getTime();
    if (this.pausedUntil <= now) {
      this.rate = Math.max(LEAST_REQUESTS_PER_SECOND, this.rate / 2);
      this.pauses += 1;
    }
    this.pausedUntil = Math.max(this.pausedUntil, now + pauseMs);
    this.tokens = 0;
    this.refilledAt = this.pausedUntil;
    return this.pausedUntil - now;
  }
}
