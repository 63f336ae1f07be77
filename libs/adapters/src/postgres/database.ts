import { Pool, type PoolClient, type QueryResult, type QueryResultRow } from 'pg';
import type { Logger } from '#platform/logger.js';
import type { SettingsOf } from '#platform/settings.js';
import { translate } from './failures.js';
import type { postgresSettings } from './postgres-settings.js';

/** One SQL statement; a name makes it a prepared statement, so it must always come with the same text. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** Runs statements inside one transaction. */
export type Ask = <Row extends QueryResultRow>(statement: Statement) => Promise<readonly Row[]>;

/** The pool of connections that all adapters of this folder share. A lost connection is replaced by the next request. */
export class Database {
  readonly pool: Pool;

  constructor(
    readonly settings: SettingsOf<typeof postgresSettings>,
    private readonly logger: Logger,
  ) {
    this.pool = new Pool({
      connectionString: settings.databaseUrl,
      max: settings.databasePoolMax,
      connectionTimeoutMillis: settings.databaseWaitMs,
      idle_in_transaction_session_timeout: 60_000,
      keepAlive: true,
      application_name: 'ballast',
      // Statements are sent without waiting for the answers to those before: a whole append is one round trip.
      pipeline: true,
    });
    // An idle connection that is cut off (57P01) would otherwise end the process.
    this.pool.on('error', (error) => this.logger.warn({ err: error }, 'an idle database connection was lost'));
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Faults: `database.unavailable`; see failures.ts for the rest. */
  async query<Row extends QueryResultRow>(statement: Statement): Promise<readonly Row[]> {
    try {
      const { rows } = await this.pool.query<Row>(asConfig(statement));
      return rows;
    } catch (error) {
      throw translate(error);
    }
  }

  /**
   * Sends all statements as one transaction in one round trip. The first that fails undoes all, and its error is the one
   * thrown. When the connection breaks on the way, nothing is known of the commit: `database.unavailable`.
   */
  async commit(statements: readonly Statement[]): Promise<void> {
    await this.withClient(async (client) => {
      const sent = [{ text: 'begin' }, ...statements, { text: 'commit' }].map((statement) =>
        client.query(asConfig(statement)),
      );
      throwFirstFailure(await Promise.allSettled(sent));
    });
  }

  /** Runs `work` inside one transaction, in which it may look at what it reads before it writes. */
  async transaction<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    return this.withClient(async (client) => {
      await client.query('begin');
      try {
        const result = await work(async (statement) => (await client.query(asConfig(statement))).rows as never);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => undefined);
        throw error;
      }
    });
  }

  /** Rejects with `database.unavailable` when the database does not answer. */
  async check(): Promise<void> {
    await this.query({ text: 'select 1' });
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async withClient<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    let broken = false;
    let client: PoolClient | undefined;
    try {
      client = await this.pool.connect();
      return await use(client);
    } catch (error) {
      const translated = translate(error);
      broken = translated !== error;
      throw translated;
    } finally {
      // After an outage the connection's state is unknown: a new one is cheaper than a doubt.
      client?.release(broken);
    }
  }
}

const asConfig = ({ name, text, values }: Statement) => ({
  ...(name === undefined ? {} : { name }),
  text,
  values: [...(values ?? [])],
});

const throwFirstFailure = (results: readonly PromiseSettledResult<QueryResult>[]): void => {
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  const last = results.at(-1);
  // A commit of a failed transaction is answered with ROLLBACK and no error.
  if (last?.status !== 'fulfilled' || last.value.command !== 'COMMIT')
    throw new Error('the transaction was rolled back');
};
