import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { BURST_SECONDS } from '#application/ports/request-budget.js';
import { StopVault } from '#application/vault-breaker/stop-vault.js';
import { VaultHistory } from '#application/vault-breaker/vault-history.js';
import { describeRequestBudget } from '#testing/contracts/request-budget.contract.js';
import { describeVaultConditions } from '#testing/contracts/vault-conditions.contract.js';
import { TestClock } from '#testing/memory/test-clock.js';
import { freshDatabase } from '#testing/postgres/fresh-database.js';
import { AfterCommit } from './after-commit.js';
import { Database } from './database.js';
import { Listener } from './listener.js';
import { PostgresEventStore } from './postgres-event-store.js';
import { PostgresRequestBudget } from './postgres-request-budget.js';
import { PostgresVaultConditions } from './postgres-vault-conditions.js';

const silent = pino({ level: 'silent' });
const settingsOf = (databaseUrl: string) => ({ databaseUrl, databasePoolMax: 2, databaseWaitMs: 5_000 });

/** What each process of a fleet has of its own. */
const fleet = async (size: number) => {
  const fresh = await freshDatabase();
  const databases = Array.from({ length: size }, () => new Database(settingsOf(fresh.url), silent));
  const listeners = databases.map((database) => new Listener(database, silent));
  const dispose = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
    await Promise.all(databases.map((database) => database.close()));
    await fresh.drop();
  };
  return { fresh, databases, listeners, dispose };
};

const only = <T>(values: readonly T[], at: number): T => {
  const value = values[at];
  if (value === undefined) throw new Error('no such process');
  return value;
};

describeRequestBudget('PostgreSQL', async (rate) => {
  const { databases, dispose } = await fleet(2);
  const [one, other] = databases.map((database) => new PostgresRequestBudget(database, 'vault', rate));
  if (!one || !other) throw new Error('two were made');
  await one.take(0); // makes the row
  return { budgets: [one, other], elapse: (ms) => delay(ms), dispose };
});

describeVaultConditions('PostgreSQL', async () => {
  const { databases, listeners, dispose } = await fleet(1);
  const [database, listener] = [only(databases, 0), only(listeners, 0)];
  const events = new PostgresEventStore(database, new AfterCommit(database));
  const [one, other] = ['one', 'other'].map((vault) => new PostgresVaultConditions(database, listener, vault));
  if (!one || !other) throw new Error('two were made');
  return { events, clock: new TestClock(), one, other, dispose };
});

describe('the budget of four processes with pools of their own', () => {
  it('grants all of them together never more than the rate', async () => {
    const { databases, dispose } = await fleet(4);
    const rate = 80;
    const begunAt = performance.now();
    const taken = await Promise.all(
      databases.map(async (database, at) => {
        const budget = new PostgresRequestBudget(database, 'vault', rate);
        let sum = 0;
        while (performance.now() - begunAt < 2_000) {
          const { requests, waitMs } = await budget.take(1 + at);
          expect(requests).toBeLessThanOrEqual(1 + at);
          sum += requests;
          if (requests === 0) await delay(waitMs);
        }
        return sum;
      }),
    );
    const seconds = (performance.now() - begunAt) / 1_000;
    await dispose();
    const sum = taken.reduce((all, one) => all + one, 0);
    expect(sum).toBeLessThanOrEqual(rate * (seconds + BURST_SECONDS) + 1);
    // As much as half of it is granted even on a busy machine: the bucket is no brake of its own.
    expect(sum).toBeGreaterThan((rate * seconds) / 2);
  });
});

describe('the vault conditions of PostgreSQL', () => {
  it('hear of a stop from another process by a hint, before the second is over', async () => {
    const { databases, listeners, dispose } = await fleet(2);
    const conditions = new PostgresVaultConditions(only(databases, 0), only(listeners, 0), 'vault');
    await conditions.stops();
    await delay(400); // until the listening connection is made, which counts as a hint
    await conditions.stops();
    const askedAt = performance.now();
    const events = new PostgresEventStore(only(databases, 1), new AfterCommit(only(databases, 1)));
    const history = new VaultHistory(events, new TestClock(), 'vault');
    await new StopVault(history).execute({ cause: 'human-verification', detail: '9001', until: null });
    while ((await conditions.stops()).length === 0) await delay(10);
    expect(performance.now() - askedAt).toBeLessThan(900);
    await dispose();
  });

  it('tell what they last knew while the database is away', async () => {
    const { databases, listeners, dispose } = await fleet(1);
    const database = only(databases, 0);
    const events = new PostgresEventStore(database, new AfterCommit(database));
    const history = new VaultHistory(events, new TestClock(), 'vault');
    await new StopVault(history).execute({ cause: 'session', detail: '10013', until: null });
    const conditions = new PostgresVaultConditions(database, only(listeners, 0), 'vault');
    expect(await conditions.stops()).toMatchObject([{ cause: 'session' }]);
    database.query = () => Promise.reject(new Error('away'));
    await delay(1_100);
    expect(await conditions.stops()).toMatchObject([{ cause: 'session' }]);
    delete (database as { query?: unknown }).query;
    await dispose();
  });
});
