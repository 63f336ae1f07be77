import type { Clock } from '#application/ports/clock.js';
import type { Leases } from '#application/ports/lease.js';
import { isFault } from '#domain/fault/fault.js';

/** What whoever changes the session of a vault holds meanwhile: a refresh, a login, a logout. */
export const sessionEntity = (vault: string): string => `vault-session-${vault}`;

const TTL_MS = 90_000;
const PATIENCE_MS = 60_000;
const AGAIN_MS = 250;

/** Changes the session of a vault while nobody else does, waiting a minute for its turn. Faults: `lease.held`. */
export class SessionLease {
  constructor(
    private readonly leases: Leases,
    private readonly clock: Clock,
    private readonly vault: string,
  ) {}

  async hold<T>(work: () => Promise<T>): Promise<T> {
    const lease = await this.acquire();
    try {
      return await work();
    } finally {
      await this.leases.release(lease).catch(() => undefined);
    }
  }

  private async acquire() {
    const until = this.clock.now().getTime() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.leases.acquire(sessionEntity(this.vault), TTL_MS);
      } catch (error) {
        if (!isFault(error, 'lease.held') || this.clock.now().getTime() >= until) throw error;
      }
      await this.clock.sleep(AGAIN_MS);
    }
  }
}
