import { Client as Postgres } from 'pg';

/** Deletes the jobs of BullMQ's PostgreSQL backend, whatever its tables are called. */
export const emptyPostgresQueue = async (connectionString: string): Promise<void> => {
  const database = new Postgres({ connectionString });
  await database.connect();
  const { rows } = await database.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'bullmq' and tablename like '%job%'`,
  );
  for (const { name } of rows) await database.query(`delete from ${name}`);
  await database.end();
};
