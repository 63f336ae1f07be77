import { setTimeout as delay } from 'node:timers/promises';
import { describeCatalogue } from '#testing/contracts/catalogue.contract.js';
import { describeDurability } from '#testing/contracts/durability.contract.js';
import { describeEventStore } from '#testing/contracts/event-store.contract.js';
import { describeJobLedger } from '#testing/contracts/job-ledger.contract.js';
import { describeLeases } from '#testing/contracts/leases.contract.js';
import { describeOutbox } from '#testing/contracts/outbox.contract.js';
import type { MakeWorld } from '#testing/contracts/store-world.js';
import { describeTokens } from '#testing/contracts/tokens.contract.js';
import { freshDatabase } from '#testing/postgres/fresh-database.js';

const make: MakeWorld = async () => {
  const { postgres, drop } = await freshDatabase();
  return { ...postgres, elapse: (ms) => delay(ms), dispose: drop };
};

describeEventStore('PostgreSQL', make);
describeOutbox('PostgreSQL', make);
describeLeases('PostgreSQL', make);
describeCatalogue('PostgreSQL', make);
describeJobLedger('PostgreSQL', make);
describeTokens('PostgreSQL', make);
describeDurability('PostgreSQL', make);
