import type { Fence } from '#application/ports/event-store.js';
import { Leases, type Lease } from '#application/ports/lease.js';
import { Fault } from '#domain/fault/fault.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryLeases extends Leases {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  override async acquire(entity: string, ttlMs: number): Promise<Lease> {
    await Promise.resolve();
    const now = this.database.clock.now().getTime();
    const held = this.database.leases.get(entity);
    if (held && held.expiresAt > now) throw new Fault('lease.held', { entity });
    const token = this.database.nextToken++;
    this.database.leases.set(entity, { token, expiresAt: now + ttlMs });
    return { entity, token: String(token), expiresAt: new Date(now + ttlMs) };
  }

  override async renew({ entity, token }: Fence, ttlMs: number): Promise<void> {
    await Promise.resolve();
    const held = this.database.leases.get(entity);
    if (!held || String(held.token) !== token) throw new Fault('lease.lost', { entity });
    held.expiresAt = this.database.clock.now().getTime() + ttlMs;
  }

  /** Tokens come from a counter, so that one given up never becomes valid again. */
  override async release({ entity, token }: Fence): Promise<void> {
    await Promise.resolve();
    const held = this.database.leases.get(entity);
    if (held && String(held.token) === token) this.database.leases.delete(entity);
  }
}
