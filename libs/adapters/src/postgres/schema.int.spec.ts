import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';

const SCHEMA = fileURLToPath(new URL('../../../../prisma/schema.prisma', import.meta.url));

/** PostgreSQL's names of Prisma's types, without and with a native type. */
const TYPES: Readonly<Record<string, string>> = {
  String: 'text',
  'String @db.Uuid': 'uuid',
  'String[]': '_text',
  Int: 'int4',
  'Int @db.SmallInt': 'int2',
  BigInt: 'int8',
  Float: 'float8',
  Bytes: 'bytea',
  Json: 'jsonb',
  'DateTime @db.Timestamptz': 'timestamptz',
  'Unsupported("xid8")': 'xid8',
};

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
}

const byName = (a: Column, b: Column): number => `${a.table}.${a.column}`.localeCompare(`${b.table}.${b.column}`);

const FIELD = /^ {2}(\w+)\s+((?:Unsupported\("\w+"\)|\w+)(?:\[\])?)(\?)?(.*)$/;
const mapped = (attributes: string): string | undefined => /@map\("(\w+)"\)/.exec(attributes)?.[1];

const columnOf = (table: string, line: string): Column | null => {
  const [, field, type, optional, attributes = ''] = FIELD.exec(line) ?? [];
  if (field === undefined || type === undefined) return null;
  const native = /@db\.\w+/.exec(attributes)?.[0];
  const known = TYPES[native === undefined ? type : `${type} ${native}`];
  // Any other type is another model: a relation, which is no column.
  if (known === undefined) return null;
  return { table, column: mapped(attributes) ?? field, type: known, nullable: optional === '?' };
};

interface Model {
  readonly table: string;
  readonly body: string;
}

const models = (): readonly Model[] =>
  [...readFileSync(SCHEMA, 'utf8').matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => ({
    table: /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name,
    body,
  }));

const declaredColumns = (): readonly Column[] =>
  models().flatMap(({ table, body }) => body.split('\n').flatMap((line) => columnOf(table, line) ?? []));

const declaredKey = (body: string): string => {
  const fields = /@@id\(\[(.+)\]\)/.exec(body)?.[1]?.split(', ') ?? [/^ {2}(\w+)\s.*@id/m.exec(body)?.[1] ?? ''];
  const columns = fields.map((field) => mapped(new RegExp(`^ {2}${field}\\s.*$`, 'm').exec(body)?.[0] ?? '') ?? field);
  return `PRIMARY KEY (${columns.join(', ')})`;
};

describe('schema.prisma', () => {
  let fresh: FreshDatabase;

  beforeAll(async () => {
    fresh = await freshDatabase();
  });

  afterAll(() => fresh.drop());

  it('says the same of every column as the database that the migrations make', async () => {
    const live = await fresh.ask<Column>(
      `select table_name as "table", column_name as "column", udt_name as type, is_nullable = 'YES' as nullable
        from information_schema.columns where table_schema = 'public' and table_name <> 'schema_migrations'`,
    );
    expect(live.length).toBeGreaterThan(50);
    expect(declaredColumns().toSorted(byName)).toEqual(live.toSorted(byName));
  });

  it('names the same primary keys', async () => {
    const live = await fresh.ask<{ table: string; key: string }>(
      `select conrelid::regclass::text as "table", replace(pg_get_constraintdef(oid), '"', '') as key from pg_constraint
        where contype = 'p' and connamespace = 'public'::regnamespace and conrelid <> 'schema_migrations'::regclass`,
    );
    const declared = models().map(({ table, body }) => ({ table, key: declaredKey(body) }));
    const byTable = (a: { table: string }, b: { table: string }): number => a.table.localeCompare(b.table);
    expect(declared.toSorted(byTable)).toEqual(live.toSorted(byTable));
  });
});
