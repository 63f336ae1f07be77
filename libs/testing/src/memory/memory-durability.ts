import { Durability } from '#application/ports/durability.js';
import type { Oid } from '#domain/oid.js';
import type { MemoryDatabase } from './memory-database.js';

/** Polls the shared maps in the clock's own time: with a TestClock a wait of 25 s ends in a few turns of the event loop. */
export class MemoryDurability extends Durability {
  readonly announced: Oid[] = [];

  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  override async settled(oids: readonly Oid[], timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const { clock, objects } = this.database;
    const until = clock.now().getTime() + timeoutMs;
    const waiting = () => oids.some((oid) => objects.get(oid)?.state === 'staged');
    while (waiting() && clock.now().getTime() < until && !signal.aborted) await clock.sleep(1_000, signal);
    return !waiting();
  }

  override announce(oid: Oid): void {
    this.announced.push(oid);
  }
}
