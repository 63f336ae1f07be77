import { VaultConditions } from '#application/ports/vault-conditions.js';
import { STOP_RULES, type Stop, type StopCause } from '#domain/vault/vault.js';
import type { Database } from './database.js';
import type { Listener } from './listener.js';

const FRESH_MS = 1_000;

interface StopRow {
  readonly cause: string;
  readonly detail: string;
  readonly until: Date | null;
  readonly opened_at: Date;
}

/**
 * The stops of one vault from `vault_stops`, read at most once a second by a process however many ask; a hint after a commit
 * makes the next question read anew. While the database is away it tells what it last knew.
 */
export class PostgresVaultConditions extends VaultConditions {
  #known: readonly Stop[] = [];
  #readAt = -Infinity;
  #reading: Promise<void> | null = null;
  #listening = false;
  #hints = 0;

  constructor(
    private readonly database: Database,
    private readonly listener: Listener,
    private readonly vault: string,
  ) {
    super();
  }

  override async stops(): Promise<readonly Stop[]> {
    this.#listen();
    if (performance.now() - this.#readAt >= FRESH_MS) await this.#refresh();
    return this.#known;
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.listener.on('ballast_vault', () => {
      this.#hints += 1;
      this.#readAt = -Infinity;
      this.#reading = null;
    });
  }

  #refresh(): Promise<void> {
    if (this.#reading !== null) return this.#reading;
    const reading = this.#read().finally(() => {
      if (this.#reading === reading) this.#reading = null;
    });
    this.#reading = reading;
    return reading;
  }

  async #read(): Promise<void> {
    const [askedAt, hints] = [performance.now(), this.#hints];
    const stops = await this.#ask();
    // A hint came meanwhile: what was read may be from before that commit, and a later read may have been quicker.
    if (hints !== this.#hints) return;
    this.#known = stops ?? this.#known;
    // Also after a failure: an outage is asked about once a second, not once a call. The readiness probe tells of it.
    this.#readAt = askedAt;
  }

  async #ask(): Promise<readonly Stop[] | null> {
    const text = 'select cause, detail, until, opened_at from vault_stops where vault = $1 order by opened_at';
    try {
      const rows = await this.database.query<StopRow>({ name: 'vault-conditions', text, values: [this.vault] });
      return rows.flatMap(stopOf);
    } catch {
      return null;
    }
  }
}

/** A cause of a newer version is none that this build can judge. */
const stopOf = ({ cause, detail, until, opened_at: openedAt }: StopRow): readonly Stop[] =>
  isCause(cause) ? [{ cause, detail, openedAt: openedAt.toISOString(), until: until?.toISOString() ?? null }] : [];

const isCause = (cause: string): cause is StopCause => Object.hasOwn(STOP_RULES, cause);
