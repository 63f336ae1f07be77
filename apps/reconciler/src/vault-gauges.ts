import type { Clock } from '#application/ports/clock.js';
import type { VaultConditions } from '#application/ports/vault-conditions.js';
import { STOP_CAUSES, type Stop } from '#domain/vault/vault.js';
import { metrics } from '#platform/metrics.js';

const CLOSED = 0;
const PROBED = 1;
const OPEN = 2;

/** Reads the breakers of the vault into the metrics: here and not in a worker, since a stopped fleet may have none. */
export class VaultGauges {
  constructor(
    private readonly conditions: VaultConditions,
    private readonly clock: Clock,
  ) {}

  async read(): Promise<void> {
    const stops = new Map((await this.conditions.stops()).map((stop) => [stop.cause, stop]));
    for (const cause of STOP_CAUSES) metrics.protonBreaker.set({ class: cause }, this.stateOf(stops.get(cause)));
  }

  private stateOf(stop: Stop | undefined): number {
    if (stop === undefined) return CLOSED;
    return stop.until !== null && Date.parse(stop.until) <= this.clock.now().getTime() ? PROBED : OPEN;
  }
}
