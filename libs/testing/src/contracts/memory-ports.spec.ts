import { MemoryWorld } from '#testing/memory/memory-world.js';
import { describeCatalogue } from './catalogue.contract.js';
import { describeDurability } from './durability.contract.js';
import { describeEventStore } from './event-store.contract.js';
import { describeJobLedger } from './job-ledger.contract.js';
import { describeLeases } from './leases.contract.js';
import { describeOutbox } from './outbox.contract.js';
import type { StoreWorld } from './store-world.js';
import { describeTokens } from './tokens.contract.js';

const inMemory = async (): Promise<StoreWorld> => {
  await Promise.resolve();
  const world = new MemoryWorld();
  const elapse = async (ms: number): Promise<void> => {
    await Promise.resolve();
    world.clock.advance(ms);
  };
  return Object.assign(world, { elapse, dispose: () => Promise.resolve() });
};

// What specs of use cases stand on has to behave as PostgreSQL does.
describeCatalogue('memory', inMemory);
describeDurability('memory', inMemory);
describeEventStore('memory', inMemory);
describeJobLedger('memory', inMemory);
describeLeases('memory', inMemory);
describeOutbox('memory', inMemory);
describeTokens('memory', inMemory);
