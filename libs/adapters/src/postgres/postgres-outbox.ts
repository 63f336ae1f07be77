import type { OutboxMessage } from '#application/ports/event-store.js';
import { Outbox, type ClaimedMessage } from '#application/ports/outbox.js';
import type { JobPayload, QueueName } from '#contracts/jobs/jobs.js';
import type { EventContext } from '#domain/event/event.js';
import type { AfterCommit } from './after-commit.js';
import { insertMessages } from './append-statements.js';
import type { Database } from './database.js';
import type { Listener } from './listener.js';

const POLL_FIRST_MS = 100;
const POLL_MOST_MS = 1_000;

interface MessageRow {
  readonly id: string;
  readonly queue: QueueName;
  readonly payload: JobPayload;
  readonly correlation_id: string;
  readonly traceparent: string | null;
}

/** Messages in the table `outbox`, each claimed by one relay at a time. */
export class PostgresOutbox extends Outbox {
  #hinted = false;
  readonly #wakers = new Set<() => void>();

  constructor(
    private readonly database: Database,
    private readonly afterCommit: AfterCommit,
    private readonly listener: Listener,
  ) {
    super();
  }

  override async put(messages: readonly OutboxMessage[], context: EventContext): Promise<void> {
    if (messages.length === 0) return;
    await this.database.query(insertMessages(messages, context));
    this.afterCommit.hint('ballast_outbox');
  }

  override async claim(limit: number, leaseMs: number): Promise<readonly ClaimedMessage[]> {
    this.#hinted = false;
    const rows = await this.database.query<MessageRow>({
      name: 'outbox-claim',
      text: `with free as (
          select id from outbox
          where dispatched_at is null and (claimed_until is null or claimed_until <= clock_timestamp())
          order by id limit $1 for update skip locked
        ), claimed as (
          update outbox set claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
          from free where outbox.id = free.id
          returning outbox.id, queue, payload, correlation_id, traceparent
        )
        select id::text, queue, payload, correlation_id, traceparent from claimed order by claimed.id`,
      values: [limit, leaseMs],
    });
    return rows.map(({ correlation_id: correlationId, ...row }) => ({ ...row, correlationId }));
  }

  override async settle(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const text =
      'update outbox set dispatched_at = clock_timestamp() where id = any($1::bigint[]) and dispatched_at is null';
    await this.database.query({ name: 'outbox-settle', text, values: [ids] });
  }

  override async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    this.#listen();
    const deadline = performance.now() + timeoutMs;
    for (let pollMs = POLL_FIRST_MS; !this.#hinted && !signal.aborted; pollMs = Math.min(pollMs * 2, POLL_MOST_MS)) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return;
      await this.#hintOr(Math.min(pollMs, leftMs), signal);
      if (this.#hinted || signal.aborted || (await this.#hasUnclaimed())) return;
    }
  }

  override async prune(olderThanMs: number): Promise<number> {
    const rows = await this.database.query({
      name: 'outbox-prune',
      text: `delete from outbox where dispatched_at < clock_timestamp() - $1 * interval '1 millisecond' returning 1`,
      values: [olderThanMs],
    });
    return rows.length;
  }

  override async backlog(): Promise<{ readonly pending: number; readonly oldestAgeMs: number }> {
    const [row] = await this.database.query<{ pending: number; age: number }>({
      name: 'outbox-backlog',
      text: `select count(*)::int as pending,
          coalesce(extract(epoch from clock_timestamp() - min(created_at)) * 1000, 0)::float8 as age
        from outbox where dispatched_at is null`,
    });
    return { pending: row?.pending ?? 0, oldestAgeMs: Math.max(0, Math.round(row?.age ?? 0)) };
  }

  #listening = false;
  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.listener.on('ballast_outbox', () => {
      this.#hinted = true;
      for (const wake of this.#wakers) wake();
    });
  }

  async #hintOr(ms: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#wakers.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  // The guarantee behind the hints, which may get lost. A database that is away looks empty until it is back.
  async #hasUnclaimed(): Promise<boolean> {
    const text = `select 1 from outbox
      where dispatched_at is null and (claimed_until is null or claimed_until <= clock_timestamp()) limit 1`;
    return this.database.query({ name: 'outbox-unclaimed', text }).then(
      (rows) => rows.length > 0,
      () => false,
    );
  }
}
