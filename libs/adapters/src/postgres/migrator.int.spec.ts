import { readMigrations, type Migration } from './migration-files.js';
import { Migrator } from './migrator.js';
import { emptyDatabase } from '#testing/postgres/fresh-database.js';
import { Client } from 'pg';

const migration = (id: string, sql: string): Migration => ({
  id,
  class: 'expand',
  sql,
  checksum: `checksum of ${sql}`,
});

describe('the migrator', () => {
  let url: string;
  let drop: () => Promise<void>;

  beforeEach(async () => {
    ({ url, drop } = await emptyDatabase());
  });

  afterEach(() => drop());

  const tables = async (): Promise<readonly string[]> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
    );
    await client.end();
    return rows.map(({ name }) => name);
  };

  it('applies every file once, in order', async () => {
    const migrator = new Migrator(url);
    const ids = readMigrations().map(({ id }) => id);
    expect(await migrator.pending()).toEqual(ids);
    expect(await migrator.migrate()).toEqual(ids);
    expect(await migrator.migrate()).toEqual([]);
    expect(await migrator.pending()).toEqual([]);
  });

  it('lets ten processes migrate at once', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => new Migrator(url).migrate()));
    expect(results.filter((ids) => ids.length > 0)).toHaveLength(1);
  });

  it('undoes a migration that fails half-way and keeps those before it', async () => {
    const broken = [migration('1', 'create table one ()'), migration('2', 'create table two (); select 1/0')];
    await expect(new Migrator(url, broken).migrate()).rejects.toThrow('division by zero');
    expect(await tables()).toEqual(['one', 'schema_migrations']);
    const mended = [migration('1', 'create table one ()'), migration('2', 'create table two ()')];
    expect(await new Migrator(url, mended).migrate()).toEqual(['2']);
  });

  it('refuses a file that was changed after it had been applied', async () => {
    await new Migrator(url, [migration('1', 'create table one ()')]).migrate();
    const edited = new Migrator(url, [migration('1', 'create table one (id int)')]);
    await expect(edited.migrate()).rejects.toMatchObject({ code: 'migration.mismatch', facts: { migration: '1' } });
    await expect(edited.pending()).rejects.toMatchObject({ code: 'migration.mismatch' });
  });

  it('refuses a database that a newer version made', async () => {
    await new Migrator(url, [migration('1', 'create table one ()'), migration('2', 'create table two ()')]).migrate();
    await expect(new Migrator(url, [migration('1', 'create table one ()')]).migrate()).rejects.toMatchObject({
      code: 'migration.mismatch',
      facts: { reason: expect.stringContaining('newer version') },
    });
  });

  it('says that the database is unavailable when it cannot be reached', async () => {
    const nowhere = new Migrator('postgresql://nobody@127.0.0.1:1/none');
    await expect(nowhere.migrate()).rejects.toMatchObject({ code: 'database.unavailable' });
  });
});
