import { MemoryBoundAccount } from '#testing/memory/memory-bound-account.js';
import * as example from '#testing/contracts/example-events.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';
import type { BoundAccount } from '#application/ports/bound-account.js';
import { PostgresBoundAccount } from './postgres-bound-account.js';
import { PostgresPlacedNodes } from './postgres-placed-nodes.js';
import { PostgresVaultIndex } from './postgres-vault-index.js';

const VAULT = 'proton-drive';

describe('the account of a vault in PostgreSQL', () => {
  let fresh: FreshDatabase;
  let bound: PostgresBoundAccount;
  beforeEach(async () => {
    fresh = await freshDatabase();
    bound = new PostgresBoundAccount(fresh.postgres.database, VAULT);
  });
  afterEach(() => fresh.drop());

  const place = async (node: string, vault = VAULT): Promise<void> => {
    const oid = example.someOid();
    const held = { ...example.receipt(vault), locator: { node } };
    await fresh.postgres.events.append(example.onObject(oid, 0, example.staged(oid), example.stored(oid, 1, held)));
  };

  it('is bound, once for all, and what is not known keeps what is known of the same account', async () => {
    const check = async (one: BoundAccount): Promise<void> => {
      expect(await one.load()).toBeNull();
      await one.bind({ user: null, volume: 'v-1' });
      await one.bind({ user: 'u-1', volume: null });
      expect(await one.load()).toEqual({ user: 'u-1', volume: 'v-1' });
      await one.bind({ user: null, volume: 'v-2' });
      expect(await one.load()).toEqual({ user: null, volume: 'v-2' });
      await one.bind({ user: 'u-3', volume: 'v-3' });
      expect(await one.load()).toEqual({ user: 'u-3', volume: 'v-3' });
      await one.bind({ user: 'u-4', volume: null });
      expect(await one.load()).toEqual({ user: 'u-4', volume: null });
    };
    await check(bound);
    await check(new MemoryBoundAccount());
    expect(await new PostgresBoundAccount(fresh.postgres.database, 'other').load()).toBeNull();
  });

  it('knows whether an object lies in another volume, whatever other vaults hold', async () => {
    await place('v-9~1', 'another');
    expect(await bound.holdsElsewhere(null)).toBe(false);
    await place('v-1~1');
    await place('v-1~2');
    expect(await bound.holdsElsewhere('v-1')).toBe(false);
    expect(await bound.holdsElsewhere('v-2')).toBe(true);
    expect(await bound.holdsElsewhere('v')).toBe(true);
    expect(await bound.holdsElsewhere(null)).toBe(true);
    await place('v-2~1');
    expect(await bound.holdsElsewhere('v-1')).toBe(true);
    expect(await bound.holdsElsewhere('v-2')).toBe(true);
  });

  it('forgets the tree of a volume with that volume, and nothing else', async () => {
    const index = new PostgresVaultIndex(fresh.postgres.database, VAULT);
    const other = new PostgresVaultIndex(fresh.postgres.database, 'other');
    const placed = new PostgresPlacedNodes(fresh.postgres.database, VAULT);
    const fill = async (): Promise<void> => {
      await index.rememberFolder('a', 'v-1~a');
      await other.rememberFolder('a', 'v-1~a');
      await index.begun(example.someOid(), 'a');
      await placed.moveTo('e-1');
    };
    await fill();
    await bound.bind({ user: 'u-1', volume: null });
    await bound.bind({ user: 'u-1', volume: 'v-1' });
    await bound.bind({ user: 'u-1', volume: 'v-1' });
    expect(await index.folder('a')).toBe('v-1~a');
    await bound.bind({ user: 'u-2', volume: null });
    expect(await index.folder('a')).toBeNull();
    expect(await index.unfinished(0, 10)).toEqual([]);
    expect(await placed.cursor()).toBeNull();
    expect(await other.folder('a')).toBe('v-1~a');
  });
});
