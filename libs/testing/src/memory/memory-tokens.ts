import { Tokens, type IssuedToken } from '#application/ports/tokens.js';
import type { TokenId } from '#domain/token/token.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryTokens extends Tokens {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  override async byDigest(digest: string): Promise<IssuedToken | null> {
    await Promise.resolve();
    return [...this.database.tokens.values()].find((row) => row.digest === digest)?.token ?? null;
  }

  override async byId(id: TokenId): Promise<IssuedToken | null> {
    await Promise.resolve();
    return this.database.tokens.get(id)?.token ?? null;
  }

  override async count(): Promise<number> {
    await Promise.resolve();
    return this.database.tokens.size;
  }
}
