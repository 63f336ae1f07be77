import { setTimeout as delay } from 'node:timers/promises';
import { describeVaultIndex } from '#testing/contracts/vault-index.contract.js';
import { freshDatabase } from '#testing/postgres/fresh-database.js';
import { pino } from 'pino';
import { Database } from './database.js';
import { PostgresVaultIndex } from './postgres-vault-index.js';

describeVaultIndex('PostgreSQL', async () => {
  const fresh = await freshDatabase();
  const settings = { databaseUrl: fresh.url, databasePoolMax: 2, databaseWaitMs: 5_000 };
  const database = new Database(settings, pino({ level: 'silent' }));
  return {
    index: new PostgresVaultIndex(database, 'proton-drive'),
    other: new PostgresVaultIndex(database, 'other'),
    elapse: (ms) => delay(ms),
    dispose: async () => {
      await database.close();
      await fresh.drop();
    },
  };
});
