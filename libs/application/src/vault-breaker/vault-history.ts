import type { Clock } from '#application/ports/clock.js';
import type { EventStore } from '#application/ports/event-store.js';
import type { EventContext } from '#domain/event/event.js';
import { isFault } from '#domain/fault/fault.js';
import {
  decideVault,
  evolveVault,
  initialVault,
  vaultStream,
  type StopCause,
  type VaultCommand,
  type VaultEvent,
  type VaultState,
} from '#domain/vault/vault.js';

/** More than the processes of a fleet that can meet in one moment. */
const CONFLICTS_MAX = 50;

/** What happened to the configured vault, and the only place that adds to it. */
export class VaultHistory {
  constructor(
    private readonly events: EventStore,
    private readonly clock: Clock,
    /** Name of the configured vault, as receipts bear it. */
    readonly vault: string,
  ) {}

  async load(): Promise<{ readonly state: VaultState; readonly version: number }> {
    const { events, version } = await this.events.read(vaultStream(this.vault));
    return { state: (events as readonly VaultEvent[]).reduce(evolveVault, initialVault), version };
  }

  /** When each breaker closed for the last time; those that are open now, or never were, are left out. */
  async recoveries(): Promise<ReadonlyMap<StopCause, Date>> {
    const { events } = await this.events.read(vaultStream(this.vault));
    const recovered = new Map<StopCause, Date>();
    for (const event of events as readonly VaultEvent[]) {
      if (event.type === 'BreakerOpened') recovered.delete(event.data.cause);
      if (event.type === 'BreakerClosed') recovered.set(event.data.cause, new Date(event.data.at));
    }
    return recovered;
  }

  /**
   * Decides and commits a command, again from the start when another process came between. Returns what was written,
   * nothing when it was so already. Faults: `database.unavailable`, `stream.version-conflict` after fifty tries.
   */
  async record(command: VaultCommand, context: EventContext): Promise<readonly VaultEvent[]> {
    for (let attempt = 1; ; attempt += 1) {
      const { state, version } = await this.load();
      const events = decideVault(this.vault, state, { command, at: this.clock.now().toISOString() });
      if (events.length === 0) return events;
      const write = { stream: vaultStream(this.vault), expectedVersion: version, events };
      try {
        await this.events.append({ writes: [write], context });
        return events;
      } catch (error) {
        if (!isFault(error, 'stream.version-conflict') || attempt === CONFLICTS_MAX) throw error;
      }
    }
  }
}
