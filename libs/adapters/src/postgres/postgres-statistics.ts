import { Statistics, type StoreStatistics } from '#application/ports/statistics.js';
import type { Database } from './database.js';

interface ObjectCount {
  readonly state: keyof StoreStatistics['objects'];
  readonly objects: number;
  readonly bytes: number;
}

const NONE = { objects: 0, bytes: 0 };

// One statement is one snapshot: the numbers fit together.
const READ = `select
  (select coalesce(json_agg(t), '[]') from
    (select state, count(*) as objects, sum(size_bytes) as bytes from objects group by state) t) as objects,
  (select coalesce(json_agg(t), '[]') from
    (select vault, count(*) as objects, sum(stored_bytes) as "storedBytes" from placements group by vault order by vault) t) as placements,
  (select coalesce(json_agg(t), '[]') from
    (select queue, code, count(*) as letters from dead_letters where state = 'open' group by queue, code order by queue, code) t
  ) as "deadLetters",
  (select json_build_object('pending', count(*), 'oldestAgeMs',
      greatest(0, coalesce(round(extract(epoch from clock_timestamp() - min(created_at)) * 1000), 0)))
    from outbox where dispatched_at is null) as outbox,
  (select count(*)::int from repositories) as repositories`;

/** Counts over the read models. */
export class PostgresStatistics extends Statistics {
  constructor(private readonly database: Database) {
    super();
  }

  override async read(): Promise<StoreStatistics> {
    type Row = Omit<StoreStatistics, 'objects'> & { readonly objects: readonly ObjectCount[] };
    const [row] = await this.database.query<Row>({ name: 'statistics', text: READ });
    if (!row) throw new Error('a query of counts always has a row');
    const counts = new Map(row.objects.map(({ state, objects, bytes }) => [state, { objects, bytes }]));
    const of = (state: ObjectCount['state']) => counts.get(state) ?? NONE;
    return { ...row, objects: { staged: of('staged'), stored: of('stored'), failed: of('failed') } };
  }
}
