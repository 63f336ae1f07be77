import { Client } from 'pg';
import { Migrator } from '#adapters/postgres/migrator.js';
import { sharedDatabaseUrl } from '../infra/shared-services.js';

/** The migrated database that each spec gets a copy of. */
export const TEMPLATE = 'ballast_template';

/** Makes the template; called once by the global setup. */
export const makeTemplate = async (): Promise<void> => {
  await asAdministrator(async (client) => {
    await client.query(`drop database if exists ${TEMPLATE} with (force)`);
    await client.query(`create database ${TEMPLATE}`);
  });
  await new Migrator(databaseUrl(TEMPLATE)).migrate();
};

/** The URL of another database of the shared server. */
export const databaseUrl = (name: string): string => {
  const url = new URL(sharedDatabaseUrl());
  url.pathname = `/${name}`;
  return url.href;
};

export const asAdministrator = async (work: (client: Client) => Promise<unknown>): Promise<void> => {
  const client = new Client({ connectionString: sharedDatabaseUrl() });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
};
