import type { Fence } from './event-store.js';

/** A held lease. `token` rises with each new holder, so that a commit by an older one is refused. */
export interface Lease extends Fence {
  readonly expiresAt: Date;
}

/** One writer an entity, judged by the database's clock. Faults: `lease.held`, `lease.lost`, `database.unavailable`. */
export abstract class Leases {
  abstract acquire(entity: string, ttlMs: number): Promise<Lease>;
  /** `lease.lost` when another holder took over. */
  abstract renew(lease: Fence, ttlMs: number): Promise<void>;
  /** Gives up a lease; a no-op when it is no longer ours. */
  abstract release(lease: Fence): Promise<void>;
}
