import type { Clock } from '#application/ports/clock.js';
import type { StopOrder, StopVault } from '#application/vault-breaker/stop-vault.js';
import type { Stop, StopCause } from '#domain/vault/vault.js';
import type { Logger } from '#platform/logger.js';

/** From here on the fleet's conditions have heard of what was written, and alone tell when it ends. */
const HEARD_OF_MS = 2_000;
/** How long whoever reports a stop waits for the database; the stop is in force meanwhile, and is written later. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 2_000;

interface OwnStop {
  readonly stop: Stop;
  readonly written: Promise<void>;
  writtenAt: number | null;
}

/** The stops that this process has called out: in force before they are written, and until the fleet knows of them. */
export class OwnStops {
  readonly #stops = new Map<StopCause, OwnStop>();
  readonly #closing = new AbortController();

  constructor(
    private readonly stopVault: StopVault,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  *all(): Generator<Stop> {
    const now = this.clock.now().getTime();
    for (const [cause, { stop, writtenAt }] of this.#stops) {
      if (writtenAt !== null && now - writtenAt > HEARD_OF_MS) this.#stops.delete(cause);
      else yield stop;
    }
  }

  of(cause: StopCause): Stop | null {
    return [...this.all()].find((stop) => stop.cause === cause) ?? null;
  }

  /** In force when it returns; a hundred reports of one cause are written once. Resolves as told by PATIENCE_MS. */
  add(order: StopOrder): Promise<void> {
    const inForce = this.of(order.cause);
    const known = this.#stops.get(order.cause);
    const until = order.until?.toISOString() ?? null;
    const isMoved = until !== null && (inForce?.until ?? until) < until;
    const entry = known === undefined || isMoved ? this.enter(order, until) : known;
    const impatient = new AbortController();
    const patience = this.clock.sleep(PATIENCE_MS, impatient.signal);
    return Promise.race([entry.written, patience]).finally(() => impatient.abort());
  }

  remove(cause: StopCause): void {
    this.#stops.delete(cause);
  }

  close(): void {
    this.#closing.abort();
  }

  private enter(order: StopOrder, until: string | null): OwnStop {
    const { cause, detail } = order;
    const before = this.#stops.get(cause)?.stop.openedAt;
    const stop = { cause, detail, until, openedAt: before ?? this.clock.now().toISOString() };
    this.logger.error({ cause, detail, until }, 'the vault is stopped');
    const entry: OwnStop = {
      stop,
      written: this.insist(order, () => this.#stops.get(cause) === entry),
      writtenAt: null,
    };
    this.#stops.set(cause, entry);
    void entry.written.then(() => (entry.writtenAt = this.clock.now().getTime()));
    return entry;
  }

  /** Writes it as soon as the database is there, for as long as it is in force. */
  private async insist(order: StopOrder, isInForce: () => boolean): Promise<void> {
    await Promise.resolve();
    for (;;) {
      try {
        await this.stopVault.execute(order);
        return;
      } catch (error) {
        this.logger.warn({ err: error, cause: order.cause }, 'a stop of the vault could not be written yet');
      }
      await this.clock.sleep(RETRY_MS, this.#closing.signal);
      if (this.#closing.signal.aborted || !isInForce()) return;
    }
  }
}
