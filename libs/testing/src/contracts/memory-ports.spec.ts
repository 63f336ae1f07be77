import { MemoryRequestBudget } from '#testing/memory/memory-request-budget.js';
import { MemoryVaultConditions } from '#testing/memory/memory-vault-conditions.js';
import { MemoryWorld } from '#testing/memory/memory-world.js';
import { TestClock } from '#testing/memory/test-clock.js';
import { describeCatalogue } from './catalogue.contract.js';
import { describeDurability } from './durability.contract.js';
import { describeEventStore } from './event-store.contract.js';
import { describeJobLedger } from './job-ledger.contract.js';
import { describeLeases } from './leases.contract.js';
import { describeOutbox } from './outbox.contract.js';
import type { StoreWorld } from './store-world.js';
import { describeRequestBudget } from './request-budget.contract.js';
import { describeTokens } from './tokens.contract.js';
import { describeVaultConditions } from './vault-conditions.contract.js';

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

describeRequestBudget('memory', async (rate) => {
  await Promise.resolve();
  const clock = new TestClock();
  const budget = new MemoryRequestBudget(clock, rate);
  const elapse = async (ms: number): Promise<void> => {
    await Promise.resolve();
    clock.advance(ms);
  };
  return { budgets: [budget, budget], elapse, dispose: () => Promise.resolve() };
});

describeVaultConditions('memory', async () => {
  await Promise.resolve();
  const { database, events, clock } = new MemoryWorld();
  const [one, other] = [new MemoryVaultConditions(database, 'one'), new MemoryVaultConditions(database, 'other')];
  return { events, clock, one, other, dispose: () => Promise.resolve() };
});
