import { RequestBudget, type BudgetGrant } from '#application/ports/request-budget.js';
import { BURST_SECONDS, LEAST_REQUESTS_PER_SECOND, RECOVERY_SECONDS } from '#application/ports/request-budget.js';
import type { Database } from './database.js';

interface GrantRow {
  readonly granted: number;
  readonly wait_ms: number;
  readonly rate: number;
  readonly tokens: number;
}

/**
 * The bucket as one row of `vault_budgets`, changed under its lock by one statement a question, so that the processes of
 * the fleet can never be granted more than the rate together.
 */
export class PostgresRequestBudget extends RequestBudget {
  constructor(
    private readonly database: Database,
    private readonly vault: string,
    private readonly requestsPerSecondMax: number,
  ) {
    super();
  }

  override async take(wanted: number): Promise<BudgetGrant> {
    const [row] = await this.ask<GrantRow>(TAKE, [wanted, ...this.limits, RECOVERY_SECONDS]);
    return { requests: row.granted, waitMs: Math.ceil(row.wait_ms), requestsPerSecond: row.rate, tokens: row.tokens };
  }

  override async throttled(pauseMs: number): Promise<number> {
    const [row] = await this.ask<{ left_ms: number }>(THROTTLED, [pauseMs, LEAST_REQUESTS_PER_SECOND]);
    return Math.ceil(row.left_ms);
  }

  private get limits(): readonly number[] {
    return [this.requestsPerSecondMax, Math.max(1, this.requestsPerSecondMax * BURST_SECONDS)];
  }

  /** Makes the row of a vault that has none yet. */
  private async ask<Row extends object>({ name, text }: NamedSql, values: readonly number[]): Promise<readonly [Row]> {
    const statement = { name, text, values: [this.vault, ...values] };
    const [row] = await this.database.query<Row & Record<string, unknown>>(statement);
    if (row !== undefined) return [row];
    await this.database.query({ ...MAKE, values: [this.vault, this.requestsPerSecondMax] });
    const [made] = await this.database.query<Row & Record<string, unknown>>(statement);
    if (made === undefined) throw new Error('the budget of the vault cannot be made');
    return [made];
  }
}

interface NamedSql {
  readonly name: string;
  readonly text: string;
}

const MAKE: NamedSql = {
  name: 'budget-make',
  text: `insert into vault_budgets (vault, tokens, requests_per_second) values ($1, 1, $2) on conflict do nothing`,
};

// The time is read after the row's lock was got. $2 wanted, $3 most requests per second, $4 most tokens, $5 seconds of recovery.
const TAKE: NamedSql = {
  name: 'budget-take',
  text: `with held as materialized (select * from vault_budgets where vault = $1 for update),
    timed as materialized (select *, clock_timestamp() as now from held),
    filled as (
      select *, greatest(0, extract(epoch from paused_until - now)) as pause,
        greatest(0, extract(epoch from now - refilled_at)) as elapsed,
        least($3::float8, requests_per_second) as rate from timed),
    counted as (select *, least($4::float8, tokens + elapsed * rate) as full_tokens from filled),
    granted as (
      select *, case when pause > 0 then 0 else least($2::int, floor(full_tokens)::int) end as requests from counted)
    update vault_budgets as budget
      set tokens = full_tokens - requests, refilled_at = greatest(granted.now, granted.refilled_at),
        requests_per_second = least($3::float8, rate + elapsed * $3::float8 / $5::float8)
      from granted where budget.vault = granted.vault
      returning requests as granted, rate::float8 as rate, (full_tokens - requests)::float8 as tokens,
        (case when requests > 0 then 0 when pause > 0 then pause * 1000
          else greatest(1, (1 - full_tokens) / rate * 1000) end)::float8 as wait_ms`,
};

// Reports that come while a pause lasts are of the requests that were under way: they make it longer, never the rate lower.
const THROTTLED: NamedSql = {
  name: 'budget-throttled',
  text: `with held as materialized (select * from vault_budgets where vault = $1 for update),
    timed as materialized (select *, clock_timestamp() as now from held),
    asked as (
      select *, coalesce(paused_until > now, false) as pausing,
        greatest(paused_until, now + $2::float8 * interval '1 millisecond') as until from timed)
    update vault_budgets as budget
      set paused_until = until, tokens = 0, refilled_at = until,
        throttled_at = case when pausing then asked.throttled_at else now end,
        requests_per_second = case when pausing then asked.requests_per_second
          else greatest($3::float8, asked.requests_per_second / 2) end
      from asked where budget.vault = asked.vault
      returning (extract(epoch from until - now) * 1000)::float8 as left_ms`,
};
