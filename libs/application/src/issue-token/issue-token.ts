import type { Clock, Random } from '#application/ports/clock.js';
import type { EventStore } from '#application/ports/event-store.js';
import type { TokenCodec } from '#application/ports/tokens.js';
import type { EventContext } from '#domain/event/event.js';
import { tokenStream, type RepositoryPattern, type TokenId, type TokenIssued } from '#domain/token/token.js';

export interface NewToken {
  readonly name: string;
  readonly repositories: readonly RepositoryPattern[];
  readonly access: 'read' | 'write';
  /** Null for a token that does not expire. */
  readonly lifetimeMs: number | null;
}

export interface FreshToken {
  readonly id: TokenId;
  /** Told this once: only its digest is kept. */
  readonly value: string;
  readonly last4: string;
  readonly expiresAt: Date | null;
}

/** Issues a token. Its value exists in the answer alone. */
export class IssueToken {
  constructor(
    private readonly events: EventStore,
    private readonly codec: TokenCodec,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  async execute({ name, repositories, access, lifetimeMs }: NewToken, context: EventContext): Promise<FreshToken> {
    const { value, digest, last4 } = this.codec.mint();
    const tokenId = this.random.uuid();
    const now = this.clock.now();
    const expiresAt = lifetimeMs === null ? null : new Date(now.getTime() + lifetimeMs);
    const until = expiresAt?.toISOString() ?? null;
    const data = { tokenId, name, digest, last4, repositories, access, expiresAt: until, at: now.toISOString() };
    const issued: TokenIssued = { type: 'TokenIssued', schema: 1, data };
    await this.events.append({
      writes: [{ stream: tokenStream(tokenId), expectedVersion: 0, events: [issued] }],
      context,
    });
    return { id: tokenId, value, last4, expiresAt };
  }
}
