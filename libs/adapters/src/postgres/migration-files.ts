import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '#domain/fault/fault.js';

/** `expand` runs beside the version before; `contract` takes away what only older versions use. */
export type MigrationClass = 'expand' | 'contract';

export interface Migration {
  /** File name without `.sql`; the order of the names is the order of the migrations. */
  readonly id: string;
  readonly class: MigrationClass;
  readonly sql: string;
  readonly checksum: string;
}

const HEADER = /^-- class: (expand|contract)\n/;

/** Reads the reviewed SQL files of a directory in their order. */
export const readMigrations = (directory = migrationsDirectory()): readonly Migration[] =>
  readdirSync(directory)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n');
      const kind = HEADER.exec(sql)?.[1];
      if (kind === undefined)
        throw new Fault('migration.mismatch', {
          file,
          reason: 'the first line has to be "-- class: expand" or "-- class: contract"',
        });
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { id: file.slice(0, -'.sql'.length), class: kind as MigrationClass, sql, checksum };
    });

// From the sources and from dist/ alike: `prisma/` is beside `libs/` or beside `dist/`.
const migrationsDirectory = (): string => {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let directory = start; directory !== dirname(directory); directory = dirname(directory)) {
    const candidate = join(directory, 'prisma', 'migrations');
    if (existsSync(candidate)) return candidate;
  }
  throw new Fault('migration.mismatch', { reason: 'no directory prisma/migrations beside the program' });
};
