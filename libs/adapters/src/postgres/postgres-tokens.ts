import { Tokens, type IssuedToken } from '#application/ports/tokens.js';
import type { TokenId } from '#domain/token/token.js';
import type { PrismaClient, Token } from './generated/client.js';
import { asked } from './prisma-client.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The read model `tokens`. */
export class PostgresTokens extends Tokens {
  constructor(private readonly prisma: PrismaClient) {
    super();
  }

  override async byDigest(digest: string): Promise<IssuedToken | null> {
    const row = await asked(this.prisma.token.findUnique({ where: { digest } }));
    return row && asToken(row);
  }

  override async byId(id: TokenId): Promise<IssuedToken | null> {
    if (!UUID.test(id)) return null;
    const row = await asked(this.prisma.token.findUnique({ where: { id } }));
    return row && asToken(row);
  }

  override async count(): Promise<number> {
    return asked(this.prisma.token.count());
  }
}

export const asToken = ({ id, name, repositories, access, expiresAt, revokedAt }: Token): IssuedToken => ({
  id,
  name,
  repositories,
  access: access as IssuedToken['access'],
  expiresAt,
  revokedAt,
});
