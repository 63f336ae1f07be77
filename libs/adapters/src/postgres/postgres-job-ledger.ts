import {
  JobLedger,
  type AttemptError,
  type Attempts,
  type DeadLetter,
  type DeadLetterFilter,
  type NewDeadLetter,
} from '#application/ports/attempts.js';
import type { QueueName } from '#contracts/jobs/jobs.js';
import { Fault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';
import type { Database } from './database.js';
import { asDeadLetter, DEAD_LETTER_COLUMNS, ERRORS_KEPT, type DeadLetterRow } from './dead-letter-rows.js';

const ID = /^\d{1,18}$/;

/** Attempts and dead letters as rows, where no flushed queue can lose them. */
export class PostgresJobLedger extends JobLedger {
  constructor(private readonly database: Database) {
    super();
  }

  override async begin(queue: QueueName, jobId: string): Promise<Attempts> {
    const [row] = await this.database.query<{ attempts: number; errors: readonly AttemptError[] }>({
      name: 'ledger-begin',
      text: `insert into job_attempts as a (job_id, queue, attempts) values ($1, $2, 1)
        on conflict (job_id) do update set attempts = a.attempts + 1, last_at = clock_timestamp()
        returning attempts, errors`,
      values: [jobId, queue],
    });
    return { count: row?.attempts ?? 1, errors: row?.errors ?? [] };
  }

  override async note(jobId: string, error: AttemptError, counted: boolean): Promise<void> {
    await this.database.query({
      name: 'ledger-note',
      text: `update job_attempts set last_at = clock_timestamp(), attempts = greatest(0, attempts - $3),
          errors = (select jsonb_agg(e order by place) from
            (select e, place from jsonb_array_elements(errors || $2::jsonb) with ordinality as all_errors (e, place)
              order by place desc limit ${ERRORS_KEPT}) kept)
        where job_id = $1`,
      values: [jobId, JSON.stringify([error]), counted ? 0 : 1],
    });
  }

  override async settle(jobId: string): Promise<void> {
    await this.database.query({
      name: 'ledger-settle',
      text: 'delete from job_attempts where job_id = $1',
      values: [jobId],
    });
  }

  override async bury({ error, ...letter }: NewDeadLetter): Promise<DeadLetter> {
    // One statement: the attempts move into the letter, or nothing happens. A second letter of an open one is dropped.
    const [row] = await this.database.query<DeadLetterRow>({
      name: 'ledger-bury',
      text: `with moved as (delete from job_attempts where job_id = $2 returning attempts, errors, first_at)
        insert into dead_letters (queue, job_id, oid, payload, code, fingerprint, traceparent, attempts, errors, first_at, last_at)
        select $1, $2, $3, $4::jsonb, $5, $6, $7, coalesce(moved.attempts, 1), coalesce(moved.errors, '[]') || $8::jsonb,
          coalesce(moved.first_at, clock_timestamp()), clock_timestamp()
        from (values (1)) as always left join moved on true
        on conflict (job_id) where state = 'open' do nothing
        returning ${DEAD_LETTER_COLUMNS}`,
      values: [
        ...[
          letter.queue,
          letter.jobId,
          letter.oid,
          JSON.stringify(letter.payload ?? null),
          letter.code,
          letter.fingerprint,
        ],
        ...[letter.traceparent, JSON.stringify([error])],
      ],
    });
    if (!row) return this.openLetter(letter.jobId);
    metrics.deadLettersTotal.inc({ queue: letter.queue, error_class: letter.code });
    return asDeadLetter(row);
  }

  override async find({
    queue,
    code,
    fingerprint,
    oid,
    state,
    limit,
  }: DeadLetterFilter): Promise<readonly DeadLetter[]> {
    const rows = await this.database.query<DeadLetterRow>({
      name: 'ledger-find',
      text: `select ${DEAD_LETTER_COLUMNS} from dead_letters
        where ($1::text is null or queue = $1) and ($2::text is null or code = $2) and ($3::text is null or fingerprint = $3)
          and ($4::text is null or oid = $4) and ($5::text is null or state = $5)
        order by dead_letters.id limit $6`,
      values: [queue ?? null, code ?? null, fingerprint ?? null, oid ?? null, state ?? null, limit],
    });
    return rows.map(asDeadLetter);
  }

  override async get(id: string): Promise<DeadLetter | null> {
    if (!ID.test(id)) return null;
    const text = `select ${DEAD_LETTER_COLUMNS} from dead_letters where id = $1`;
    const [row] = await this.database.query<DeadLetterRow>({ name: 'ledger-get', text, values: [id] });
    return row ? asDeadLetter(row) : null;
  }

  override async close(id: string, state: 'redriven' | 'dropped'): Promise<void> {
    const text = `update dead_letters set state = $2, settled_at = clock_timestamp() where id = $1 and state = 'open' returning 1`;
    const closed = ID.test(id) ? await this.database.query({ name: 'ledger-close', text, values: [id, state] }) : [];
    if (closed.length > 0) return;
    const letter = await this.get(id);
    if (!letter) throw new Fault('dead-letter.absent', { id });
    throw new Fault('dead-letter.settled', { id, state: letter.state });
  }

  private async openLetter(jobId: string): Promise<DeadLetter> {
    const text = `select ${DEAD_LETTER_COLUMNS} from dead_letters where job_id = $1 order by (state = 'open') desc, dead_letters.id desc limit 1`;
    const [row] = await this.database.query<DeadLetterRow>({ name: 'ledger-open-letter', text, values: [jobId] });
    if (!row) throw new Fault('dead-letter.absent', { jobId });
    return asDeadLetter(row);
  }
}
