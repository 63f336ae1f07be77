import type { Clock } from '#application/ports/clock.js';
import type { EventStore } from '#application/ports/event-store.js';
import type { EventContext } from '#domain/event/event.js';
import { Fault } from '#domain/fault/fault.js';
import { tokenStream, type TokenId, type TokenRevoked } from '#domain/token/token.js';

/** Revokes a token for good. Idempotent: false when it was revoked before. `token.absent` for an id never issued. */
export class RevokeToken {
  constructor(
    private readonly events: EventStore,
    private readonly clock: Clock,
  ) {}

  async execute(tokenId: TokenId, reason: string, context: EventContext): Promise<boolean> {
    const stream = tokenStream(tokenId);
    const { version, events } = await this.events.read(stream);
    if (version === 0) throw new Fault('token.absent', { token: tokenId });
    if (events.some(({ type }) => type === 'TokenRevoked')) return false;
    const at = this.clock.now().toISOString();
    const revoked: TokenRevoked = { type: 'TokenRevoked', schema: 1, data: { tokenId, reason, at } };
    await this.events.append({ writes: [{ stream, expectedVersion: version, events: [revoked] }], context });
    return true;
  }
}
