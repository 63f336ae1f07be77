import type { Database } from './database.js';

export type Channel = 'ballast_outbox' | 'ballast_settled' | 'ballast_vault';

const COALESCE_MS = 5;
// NOTIFY carries at most 8000 bytes; an oid and a comma are 65.
const NAMES_PER_NOTICE = 100;

/**
 * Hints to listeners of all processes that something was committed. Collected for a moment and sent outside of any
 * transaction, because NOTIFY takes a lock that makes all commits of the cluster queue up. A hint may get lost: listeners poll.
 */
export class AfterCommit {
  readonly #waiting = new Map<Channel, Set<string>>();
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly database: Database) {}

  hint(channel: Channel, name = ''): void {
    const names = this.#waiting.get(channel) ?? new Set();
    this.#waiting.set(channel, names.add(name));
    if (this.#timer === null) this.#timer = setTimeout(() => void this.#flush(), COALESCE_MS).unref();
  }

  async #flush(): Promise<void> {
    this.#timer = null;
    const notices = [...this.#waiting].flatMap(([channel, names]) =>
      pages([...names]).map((page) => [channel, page] as const),
    );
    this.#waiting.clear();
    const values = [notices.map(([channel]) => channel), notices.map(([, page]) => page)];
    const text = 'select pg_notify(channel, names) from unnest($1::text[], $2::text[]) as notices (channel, names)';
    await this.database.query({ name: 'after-commit', text, values }).catch(() => undefined);
  }
}

const pages = (names: readonly string[]): readonly string[] =>
  Array.from({ length: Math.ceil(names.length / NAMES_PER_NOTICE) }, (_, page) =>
    names.slice(page * NAMES_PER_NOTICE, (page + 1) * NAMES_PER_NOTICE).join(','),
  );
