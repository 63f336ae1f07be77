import { Client } from 'pg';
import { Fault } from '#domain/fault/fault.js';
import { translate } from './failures.js';
import { readMigrations, type Migration } from './migration-files.js';

/** Any number will do, as long as nothing else in this database locks on it. */
const LOCK = 7_254_710_338;

const TABLE = `create table if not exists schema_migrations (
  id          text primary key,
  checksum    text not null,
  class       text not null check (class in ('expand', 'contract')),
  applied_at  timestamptz not null default clock_timestamp()
)`;

interface Applied {
  readonly id: string;
  readonly checksum: string;
}

/**
 * Brings a database to the schema of this build. Safe to run from any number of processes at once. Faults:
 * `migration.mismatch` when an applied file was edited or the database belongs to a newer build, `database.unavailable`.
 */
export class Migrator {
  constructor(
    private readonly databaseUrl: string,
    private readonly migrations: readonly Migration[] = readMigrations(),
  ) {}

  /** Applies what is missing, one transaction each, and returns the names. */
  async migrate(): Promise<readonly string[]> {
    return this.connected(async (client) => {
      await client.query('select pg_advisory_lock($1)', [LOCK]);
      await client.query(TABLE);
      const missing = this.missing(await applied(client));
      for (const migration of missing) await apply(client, migration);
      return missing.map(({ id }) => id);
    });
  }

  /** Migrations that this database lacks; changes nothing. */
  async pending(): Promise<readonly string[]> {
    return this.connected(async (client) => {
      const { rows } = await client.query<{ there: boolean }>(
        `select to_regclass('schema_migrations') is not null as there`,
      );
      return this.missing(rows[0]?.there ? await applied(client) : []).map(({ id }) => id);
    });
  }

  private missing(done: readonly Applied[]): readonly Migration[] {
    const known = new Map(this.migrations.map((migration) => [migration.id, migration]));
    for (const { id, checksum } of done) {
      const migration = known.get(id);
      if (!migration)
        throw new Fault('migration.mismatch', {
          migration: id,
          reason: 'a newer version of Ballast made this database: run that version',
        });
      if (migration.checksum !== checksum)
        throw new Fault('migration.mismatch', {
          migration: id,
          reason: 'the file was changed after it had been applied',
        });
    }
    const ids = new Set(done.map(({ id }) => id));
    return this.migrations.filter(({ id }) => !ids.has(id));
  }

  private async connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.databaseUrl, application_name: 'ballast migrations' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } catch (error) {
      throw translate(error);
    } finally {
      // Ends the session, and with it the advisory lock.
      await client.end().catch(() => undefined);
    }
  }
}

const applied = async (client: Client): Promise<readonly Applied[]> => {
  const { rows } = await client.query<Applied>('select id, checksum from schema_migrations order by id');
  return rows;
};

const apply = async (client: Client, { id, class: kind, sql, checksum }: Migration): Promise<void> => {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into schema_migrations (id, checksum, class) values ($1, $2, $3)', [id, checksum, kind]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
};
