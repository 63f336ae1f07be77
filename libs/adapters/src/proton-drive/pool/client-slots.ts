import type { Clock } from '#application/ports/clock.js';
import type { Lease, Leases } from '#application/ports/lease.js';
import { Fault, isFault } from '#domain/fault/fault.js';

const TTL_MS = 60_000;
/** Far more processes than any fleet has. */
const SLOTS_MAX = 4096;

export interface ClientSlot {
  /** From 0; of all living processes only one has it. */
  readonly number: number;
  release(): Promise<void>;
}

/**
 * Numbers for the processes that write to the vault, the lowest free one each: of two writers with one client uid each
 * deletes the other's drafts, and a uid that changes with every start would name a thousand clients to Proton.
 */
export class ClientSlots {
  constructor(
    private readonly leases: Leases,
    private readonly clock: Clock,
    private readonly vault: string,
  ) {}

  /** Faults: `database.unavailable`. */
  async claim(): Promise<ClientSlot> {
    for (let number = 0; number < SLOTS_MAX; number += 1) {
      const lease = await this.acquire(number);
      if (lease !== null) return this.keep(number, lease);
    }
    throw new Fault('vault.unavailable', { reason: 'no client slot' });
  }

  private async acquire(number: number): Promise<Lease | null> {
    try {
      return await this.leases.acquire(`vault-client-${this.vault}-${number}`, TTL_MS);
    } catch (error) {
      if (isFault(error, 'lease.held')) return null;
      throw error;
    }
  }

  private keep(number: number, lease: Lease): ClientSlot {
    const over = new AbortController();
    const kept = this.renew(lease, over.signal);
    return {
      number,
      release: async () => {
        over.abort();
        await kept;
        await this.leases.release(lease).catch(() => undefined);
      },
    };
  }

  /** A slot that is lost is gone for good: until its process ends, the lease on each object keeps two writers apart. */
  private async renew(lease: Lease, over: AbortSignal): Promise<void> {
    for (;;) {
      await this.clock.sleep(TTL_MS / 3, over);
      if (over.aborted) return;
      try {
        await this.leases.renew(lease, TTL_MS);
      } catch (error) {
        if (isFault(error, 'lease.lost')) return;
      }
    }
  }
}
