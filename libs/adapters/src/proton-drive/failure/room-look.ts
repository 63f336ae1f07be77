import type { Clock } from '#application/ports/clock.js';
import type { AccountSpace } from '#application/ports/vault-account.js';
import { isFault } from '#domain/fault/fault.js';
import type { DriveHost } from '../drive-host.js';

export interface RoomTools {
  /** One call, past the breakers. */
  readonly space: () => Promise<AccountSpace>;
  /** Ends the stop where there is room. */
  readonly seen: (space: AccountSpace) => Promise<void>;
  readonly clock: Clock;
}

const REST_MS = 30_000;
/** Of free space; less may come from a draft of ours that was removed. */
const GROWTH_BYTES = 256 * 1024 * 1024;
/** Without a refusal for so long, what was free in the past says nothing any more. */
const FORGOTTEN_MS = 600_000;

/**
 * Looks for room while a full account stops everything else, whenever what waits asks to go on: one call in half a minute for
 * each worker at most. Only room that was made since the first look, or since the stop was last ended so, ends it: an object
 * larger than what was free all along would be sent in vain again and again.
 */
export class RoomLook {
  private known: number | null = null;
  private lookedAt = -Infinity;
  private refusedAt = -Infinity;

  constructor(
    private readonly gate: Pick<DriveHost, 'permit'>,
    private readonly tools: RoomTools,
  ) {}

  /** As of the gate. */
  async permit(signal: AbortSignal): Promise<void> {
    try {
      await this.gate.permit(signal);
    } catch (error) {
      if (isFault(error, 'vault.quota-exceeded')) void this.look().catch(() => undefined);
      throw error;
    }
  }

  private async look(): Promise<void> {
    const now = this.tools.clock.now().getTime();
    if (now - this.refusedAt > FORGOTTEN_MS) this.known = null;
    this.refusedAt = now;
    if (now - this.lookedAt < REST_MS) return;
    this.lookedAt = now;
    const space = await this.tools.space();
    const freeBytes = space.maxBytes - space.usedBytes;
    const grown = this.known !== null && freeBytes - this.known >= GROWTH_BYTES;
    if (this.known === null || grown) this.known = freeBytes;
    if (grown) await this.tools.seen(space);
  }
}
