import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { Client } from 'pg';
import { pino } from 'pino';
import { openPostgres, type Postgres } from '#adapters/postgres/postgres.js';
import { asAdministrator, databaseUrl, TEMPLATE } from './template-database.js';

// A machine that runs everything at once takes its time.
jest.setTimeout(30_000);

export interface FreshDatabase {
  readonly url: string;
  readonly postgres: Postgres;
  /** Runs SQL on a connection of its own, past all adapters. */
  ask<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  drop(): Promise<void>;
}

/** A migrated, empty database of its own for one spec: a copy of the template, which takes milliseconds. */
export const freshDatabase = async (poolMax = 10): Promise<FreshDatabase> => {
  const name = `spec_${randomUUID().replaceAll('-', '')}`;
  await asAdministrator((client) => client.query(`create database ${name} template ${TEMPLATE}`));
  const url = databaseUrl(name);
  const settings = { databaseUrl: url, databasePoolMax: poolMax, databaseWaitMs: 5_000 };
  const postgres = openPostgres(settings, pino({ level: 'silent' }));
  return {
    url,
    postgres,
    ask: (text, values = []) => ask(url, text, values),
    drop: async () => {
      await postgres.close();
      await asAdministrator((client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
};

/** An empty database without any table, for specs of what comes before the tables. */
export const emptyDatabase = async (): Promise<{ readonly url: string; drop(): Promise<void> }> => {
  const name = `spec_${randomUUID().replaceAll('-', '')}`;
  await asAdministrator((client) => client.query(`create database ${name}`));
  const drop = async (): Promise<void> => {
    await asAdministrator((client) => client.query(`drop database if exists ${name} with (force)`));
  };
  return { url: databaseUrl(name), drop };
};

const ask = async <Row extends object>(
  url: string,
  text: string,
  values: readonly unknown[],
): Promise<readonly Row[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Row & Record<string, unknown>>({ text, values: [...values] });
    return rows;
  } finally {
    await client.end();
  }
};
