import { Client } from 'pg';
import { Fault } from '#domain/fault/fault.js';

/** Makes the role and the database `ballast` where they are missing; services have no use for a superuser. */
export const ensureDatabase = async (superuserUrl: string, password: string): Promise<void> => {
  const client = new Client({ connectionString: superuserUrl });
  try {
    await client.connect();
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      `select exists (select from pg_roles where rolname = 'ballast') as role,
              exists (select from pg_database where datname = 'ballast') as database`,
    );
    if (!rows[0]?.role) await client.query(`create role ballast login password ${client.escapeLiteral(password)}`);
    if (!rows[0]?.database) await client.query('create database ballast owner ballast');
  } catch (error) {
    const refused = (error as { code?: string }).code === '28P01';
    const reason = refused
      ? 'the database refuses the password: was dataDir/password lost?'
      : 'the database cannot be set up';
    throw new Fault('stack.failed', { step: 'database', reason }, { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
};
