import type { Clock } from '#application/ports/clock.js';
import { LEAST_REQUESTS_PER_SECOND, type BudgetGrant } from '#application/ports/request-budget.js';

/** Of the fleet's rate for a process that cannot ask how much the others take: right for four, too much for more. */
const SHARE = 0.25;

/** A bucket of this process alone, for the time in which the fleet's cannot be reached. */
export class LocalShare {
  #fleetRate: number;
  #tokens = 1;
  #refilledAt: number;

  constructor(
    private readonly clock: Clock,
    requestsPerSecondMax: number,
  ) {
    this.#fleetRate = requestsPerSecondMax;
    this.#refilledAt = clock.now().getTime();
  }

  learn(fleetRequestsPerSecond: number): void {
    this.#fleetRate = fleetRequestsPerSecond;
    this.#tokens = 0;
    this.#refilledAt = this.clock.now().getTime();
  }

  halve(): void {
    this.#fleetRate = Math.max(LEAST_REQUESTS_PER_SECOND, this.#fleetRate / 2);
  }

  take(wanted: number): BudgetGrant {
    const rate = this.#fleetRate * SHARE;
    const now = this.clock.now().getTime();
    this.#tokens = Math.min(1, this.#tokens + (Math.max(0, now - this.#refilledAt) / 1_000) * rate);
    this.#refilledAt = now;
    const requests = Math.min(wanted, Math.floor(this.#tokens));
    this.#tokens -= requests;
    const waitMs = requests > 0 ? 0 : Math.ceil(((1 - this.#tokens) / rate) * 1_000);
    return { requests, waitMs, requestsPerSecond: this.#fleetRate, tokens: this.#tokens };
  }
}
