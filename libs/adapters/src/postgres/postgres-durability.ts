import { Durability } from '#application/ports/durability.js';
import type { Oid } from '#domain/oid.js';
import type { AfterCommit } from './after-commit.js';
import type { Database } from './database.js';
import type { Listener } from './listener.js';

const POLL_MS = 250;
// Hints come in swarms; those of a moment are answered by one question.
const SOON_MS = 5;

interface Waiter {
  readonly outstanding: Set<Oid>;
  readonly done: (settled: boolean) => void;
}

/**
 * All waits of a process share one poll. A hint makes it come sooner; without hints, or while the database is away, waiters
 * stay and the next poll that gets through answers them.
 */
export class PostgresDurability extends Durability {
  readonly #waiters = new Map<Oid, Set<Waiter>>();
  #timer: NodeJS.Timeout | null = null;
  #dueAt = Infinity;
  #polling = false;
  #listening = false;

  constructor(
    private readonly database: Database,
    private readonly afterCommit: AfterCommit,
    private readonly listener: Listener,
  ) {
    super();
  }

  override async settled(oids: readonly Oid[], timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (oids.length === 0) return true;
    if (signal.aborted) return false;
    this.#listen();
    return new Promise((resolve) => {
      const waiter: Waiter = {
        outstanding: new Set(oids),
        done: (settled) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          this.#forget(waiter);
          resolve(settled);
        },
      };
      const giveUp = (): void => waiter.done(false);
      const timer = setTimeout(giveUp, timeoutMs);
      signal.addEventListener('abort', giveUp, { once: true });
      for (const oid of waiter.outstanding) this.#waiters.set(oid, (this.#waiters.get(oid) ?? new Set()).add(waiter));
      this.#pollIn(0);
    });
  }

  override announce(oid: Oid): void {
    this.afterCommit.hint('ballast_settled', oid);
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.listener.on('ballast_settled', (names) => {
      const concerned = names.length === 0 || names.some((name) => this.#waiters.has(name as Oid));
      if (concerned) this.#pollIn(SOON_MS);
    });
  }

  #pollIn(ms: number): void {
    if (this.#waiters.size === 0) return;
    const dueAt = performance.now() + ms;
    if (this.#timer !== null && this.#dueAt <= dueAt) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => void this.#poll(), ms);
  }

  async #poll(): Promise<void> {
    this.#timer = null;
    if (this.#polling) return this.#pollIn(SOON_MS);
    this.#polling = true;
    const asked = [...this.#waiters.keys()];
    try {
      const staged = await this.#staged(asked);
      for (const oid of asked) if (!staged.has(oid)) this.#settle(oid);
    } catch {
      // The database is away for now; the readiness probe says so, and nobody who waits is told anything.
    } finally {
      this.#polling = false;
      this.#pollIn(POLL_MS);
    }
  }

  async #staged(oids: readonly Oid[]): Promise<ReadonlySet<Oid>> {
    const text = `select oid from objects where oid = any($1::text[]) and state = 'staged'`;
    const rows = await this.database.query<{ oid: Oid }>({ name: 'durability-staged', text, values: [oids] });
    return new Set(rows.map(({ oid }) => oid));
  }

  #settle(oid: Oid): void {
    for (const waiter of [...(this.#waiters.get(oid) ?? [])]) {
      waiter.outstanding.delete(oid);
      if (waiter.outstanding.size === 0) waiter.done(true);
    }
    this.#waiters.delete(oid);
  }

  #forget(waiter: Waiter): void {
    for (const oid of waiter.outstanding) {
      const others = this.#waiters.get(oid);
      others?.delete(waiter);
      if (others?.size === 0) this.#waiters.delete(oid);
    }
  }
}
