import { describePlacedNodes } from '#testing/contracts/placed-nodes.contract.js';
import { freshDatabase } from '#testing/postgres/fresh-database.js';
import { PostgresPlacedNodes } from './postgres-placed-nodes.js';
import { PostgresVaultIndex } from './postgres-vault-index.js';

describePlacedNodes('PostgreSQL', async () => {
  const { postgres, drop } = await freshDatabase();
  return {
    events: postgres.events,
    index: new PostgresVaultIndex(postgres.database, 'proton-drive'),
    placed: new PostgresPlacedNodes(postgres.database, 'proton-drive'),
    other: new PostgresPlacedNodes(postgres.database, 'other'),
    dispose: drop,
  };
});
