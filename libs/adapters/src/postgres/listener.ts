import { Client } from 'pg';
import type { Logger } from '#platform/logger.js';
import type { Channel } from './after-commit.js';
import type { Database } from './database.js';

const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 5_000;

/** Gets the names that a hint carries; an empty list after a reconnect, when hints may have been missed. */
export type OnHint = (names: readonly string[]) => void;

/** One connection that listens to the hints of AfterCommit. Connects on first use, and again whenever it is lost. */
export class Listener {
  readonly #listeners = new Map<Channel, Set<OnHint>>();
  #client: Client | null = null;
  #retryMs = RETRY_FIRST_MS;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  on(channel: Channel, listener: OnHint): void {
    this.#listeners.set(channel, (this.#listeners.get(channel) ?? new Set()).add(listener));
    if (this.#client === null && this.#timer === null) void this.#connect();
    else void this.#client?.query(`listen ${channel}`).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new Client({
      connectionString: this.database.settings.databaseUrl,
      keepAlive: true,
      application_name: 'ballast listener',
    });
    this.#client = client;
    client.on('error', () => undefined);
    client.on('notification', ({ channel, payload }) => this.#tell(channel as Channel, (payload ?? '').split(',')));
    client.once('end', () => this.#reconnect());
    try {
      await client.connect();
      for (const channel of this.#listeners.keys()) await client.query(`listen ${channel}`);
      this.#retryMs = RETRY_FIRST_MS;
      for (const channel of this.#listeners.keys()) this.#tell(channel, []);
    } catch (error) {
      this.logger.debug({ err: error }, 'the listening connection could not be made');
      await client.end().catch(() => undefined);
      this.#reconnect();
    }
  }

  #reconnect(): void {
    if (this.#closed || this.#timer !== null) return;
    this.#client = null;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#connect();
    }, this.#retryMs);
    this.#timer.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MOST_MS);
  }

  #tell(channel: Channel, names: readonly string[]): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(names);
  }
}
