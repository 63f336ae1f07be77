import type { Fence } from '#application/ports/event-store.js';
import { Leases, type Lease } from '#application/ports/lease.js';
import { Fault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';
import type { Database } from './database.js';

/** Leases as rows, judged by the database's clock only. Tokens come from one sequence and are never given twice. */
export class PostgresLeases extends Leases {
  constructor(private readonly database: Database) {
    super();
  }

  override async acquire(entity: string, ttlMs: number): Promise<Lease> {
    // The token is drawn again under the row's lock, so that of two that wait for it the later holder has the higher one.
    const [row] = await this.database.query<{ token: string; expires_at: Date }>({
      name: 'lease-acquire',
      text: `insert into leases (entity, token, expires_at)
          values ($1, nextval('fencing_tokens'), clock_timestamp() + $2 * interval '1 millisecond')
        on conflict (entity) do update
          set token = nextval('fencing_tokens'), expires_at = clock_timestamp() + $2 * interval '1 millisecond'
          where leases.expires_at <= clock_timestamp()
        returning token::text, expires_at`,
      values: [entity, ttlMs],
    });
    if (row) return { entity, token: row.token, expiresAt: row.expires_at };
    metrics.leaseConflicts.inc();
    throw new Fault('lease.held', { entity });
  }

  override async renew({ entity, token }: Fence, ttlMs: number): Promise<void> {
    const rows = await this.database.query({
      name: 'lease-renew',
      text: `update leases set expires_at = clock_timestamp() + $3 * interval '1 millisecond'
        where entity = $1 and token = $2 returning 1`,
      values: [entity, token, ttlMs],
    });
    if (rows.length === 0) throw new Fault('lease.lost', { entity });
  }

  override async release({ entity, token }: Fence): Promise<void> {
    const text = 'delete from leases where entity = $1 and token = $2';
    await this.database.query({ name: 'lease-release', text, values: [entity, token] });
  }
}
