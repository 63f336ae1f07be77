import type { Database } from '#adapters/postgres/database.js';
import type { Listener } from '#adapters/postgres/listener.js';
import type { Clock, Random } from '#application/ports/clock.js';
import type { EventStore } from '#application/ports/event-store.js';

/** What the vault is wired with, beside the settings. */
export interface VaultTools {
  readonly database: Database;
  readonly listener: Listener;
  readonly events: EventStore;
  readonly clock: Clock;
  readonly random: Random;
}
