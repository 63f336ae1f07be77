import type { Clock } from '#application/ports/clock.js';
import type { IssuedToken, TokenCodec, Tokens } from '#application/ports/tokens.js';
import { Fault } from '#domain/fault/fault.js';
import type { TokenId } from '#domain/token/token.js';
import { ExpiringCache } from './expiring-cache.js';

/** A revocation is in force at every gateway after this time at the latest. */
export const TOKEN_CACHE_MS = 5_000;
const TOKENS_CACHED_MAX = 10_000;

/** Says whose token was presented. Only tokens in force are returned: all others are `credentials.rejected`. */
export class Authenticate {
  private readonly byDigest = new ExpiringCache<IssuedToken>(TOKEN_CACHE_MS, TOKENS_CACHED_MAX);
  private readonly known = new ExpiringCache<IssuedToken>(TOKEN_CACHE_MS, TOKENS_CACHED_MAX);

  constructor(
    private readonly tokens: Tokens,
    private readonly codec: TokenCodec,
    private readonly clock: Clock,
  ) {}

  /** The token behind the first of `values` that has a token's form; a mistyped one costs no look-up. */
  async byValue(values: readonly string[]): Promise<IssuedToken> {
    for (const value of values) {
      const digest = this.codec.digest(value);
      if (digest === null) continue;
      return this.inForce(await this.remembered(this.byDigest, digest, () => this.tokens.byDigest(digest)));
    }
    throw new Fault('credentials.rejected', { reason: 'not a token' });
  }

  /** The token that an action was signed for, looked up again: revoking it kills the actions it was given. */
  async byId(id: TokenId): Promise<IssuedToken> {
    return this.inForce(await this.remembered(this.known, id, () => this.tokens.byId(id)));
  }

  private async remembered(
    cache: ExpiringCache<IssuedToken>,
    key: string,
    look: () => Promise<IssuedToken | null>,
  ): Promise<IssuedToken | null> {
    // The age counts from before the look-up: what it saw may have been revoked while the answer travelled.
    const asked = this.clock.now().getTime();
    const cached = cache.get(key, asked);
    if (cached !== undefined) return cached;
    const found = await look();
    if (found !== null) cache.set(key, found, asked);
    return found;
  }

  private inForce(token: IssuedToken | null): IssuedToken {
    if (token === null) throw new Fault('credentials.rejected', { reason: 'unknown' });
    if (token.revokedAt !== null) throw new Fault('credentials.rejected', { reason: 'revoked', token: token.id });
    if (token.expiresAt !== null && token.expiresAt <= this.clock.now()) {
      throw new Fault('credentials.rejected', { reason: 'expired', token: token.id });
    }
    return token;
  }
}
