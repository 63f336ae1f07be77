import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Fault } from '#domain/fault/fault.js';
import { freePort } from '#platform/free-port.js';
import { serverAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { clusterDirectory } from './cluster-directory.js';
import { initialize, isInitialized } from './initialize.js';
import { claimDirectory } from './owner.js';
import { clearLeftovers } from './postmaster.js';
import { PORT_TAKEN, ServerProcess, type ServerOptions } from './server-process.js';
import { ensureDatabase } from './service-database.js';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, or a note of where it is; made when it is not there. */
  readonly dataDir: string;
  /** Of the superuser and of the service's role. Without it one is made, and kept in `dataDir/password`. */
  readonly password?: string;
  /** False for throw-away clusters only: nothing is synced to disk. */
  readonly durable: boolean;
  readonly port?: number;
  readonly signal?: AbortSignal;
  /** Gets the server's own log, line by line. */
  readonly onLog?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** For services: the role `ballast`, owner of the database `ballast`. */
  readonly url: string;
  readonly superuserUrl: string;
  readonly port: number;
  /** Where the cluster lies. */
  readonly directory: string;
  /** Resolves when the server has ended, whoever ended it, with the last lines of its log. */
  readonly exited: Promise<string>;
  /** Fast shutdown; may be called twice. */
  stop(): Promise<void>;
}

const PORT_TRIES = 5;

/**
 * Starts PostgreSQL on 127.0.0.1, making the cluster on first use and recovering it after a crash. One server a data
 * directory: a second start is refused. Every failure is `stack.failed` with the reason and the server's last lines.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const dataDir = resolve(options.dataDir);
  const signal = options.signal ?? new AbortController().signal;
  await mkdir(dataDir, { recursive: true });
  const release = await claimDirectory(dataDir);
  try {
    const account = serverAccount();
    const binaries = await findBinaries(account);
    const directory = await clusterDirectory(dataDir, account);
    const password = options.password ?? (await keptPassword(dataDir));
    const { durable } = options;
    if (!(await isInitialized(directory))) {
      await initialize({ initdb: binaries.initdb, directory, account, password, durable, signal });
    }
    await clearLeftovers(directory);
    const { server, port } = await start(
      { binaries, directory, account, durable, port: options.port ?? 0 },
      options,
      signal,
    );
    const stop = async (): Promise<void> => {
      await server.stop();
      await release();
    };
    const superuserUrl = urlOf('postgres', password, port, 'postgres');
    await ensureDatabase(superuserUrl, password).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    const exited = server.exited.then(() => server.log.tail());
    return { url: urlOf('ballast', password, port, 'ballast'), superuserUrl, port, directory, exited, stop };
  } catch (error) {
    await release();
    throw error;
  }
};

const urlOf = (role: string, password: string, port: number, database: string): string =>
  `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

const keptPassword = async (dataDir: string): Promise<string> => {
  const file = join(dataDir, 'password');
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) return kept.trim();
  const made = randomBytes(24).toString('base64url');
  await writeFile(file, `${made}\n`, { mode: 0o600 });
  return made;
};

const start = async (
  settings: ServerOptions,
  { onLog }: EmbeddedPostgresOptions,
  signal: AbortSignal,
): Promise<{ readonly server: ServerProcess; readonly port: number }> => {
  for (let tries = 1; ; tries += 1) {
    const port = settings.port === 0 ? await freePort() : settings.port;
    const server = new ServerProcess({ ...settings, port });
    if (onLog) server.log.onLine(onLog);
    try {
      await server.ready(signal);
      return { server, port };
    } catch (error) {
      if (!server.log.says(PORT_TAKEN)) throw error;
      if (settings.port !== 0)
        throw new Fault('stack.failed', { step: 'database', reason: `port ${port} of 127.0.0.1 is taken` });
      if (tries === PORT_TRIES) throw error;
    }
  }
};
