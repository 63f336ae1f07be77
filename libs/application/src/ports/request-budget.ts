/** What a caller may do now. `requests` is 0 when it has to come back after `waitMs`. */
export interface BudgetGrant {
  readonly requests: number;
  readonly waitMs: number;
  /** What the whole fleet may send now; a process that cannot ask for a while goes on with a share of it. */
  readonly requestsPerSecond: number;
  /** What is left in the bucket. */
  readonly tokens: number;
}

/**
 * The fleet's one bucket of API requests to a vault, judged by the database's clock. Its rate rises slowly while the vault
 * does not complain and is halved once for each pause that it asks for (AIMD). Faults: `database.unavailable`.
 */
export abstract class RequestBudget {
  /** Takes up to `wanted` requests at once, so that the database is asked once for several. */
  abstract take(wanted: number): Promise<BudgetGrant>;
  /**
   * The vault said "too many requests": nobody of the fleet calls it for `pauseMs` from now on. Many reports of one pause
   * make one pause and one halving. Resolves with the milliseconds that are left of it.
   */
  abstract throttled(pauseMs: number): Promise<number>;
}

/** How many seconds of the rate may be saved up and sent at once. */
export const BURST_SECONDS = 0.5;
/** From nothing to the full rate, if the vault does not complain. */
export const RECOVERY_SECONDS = 600;
/** The rate is not halved below it: a request every two seconds is no load, and less is no service. */
export const LEAST_REQUESTS_PER_SECOND = 0.5;
