import type { RepositoryPattern, TokenId } from '#domain/token/token.js';

export interface IssuedToken {
  readonly id: TokenId;
  readonly name: string;
  readonly repositories: readonly RepositoryPattern[];
  readonly access: 'read' | 'write';
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Tokens by the digest of their value. */
export abstract class Tokens {
  abstract byDigest(digest: string): Promise<IssuedToken | null>;
  abstract byId(id: TokenId): Promise<IssuedToken | null>;
  abstract count(): Promise<number>;
}

/** Makes and digests token values; holds the pepper. */
export abstract class TokenCodec {
  /** A new value: `blst_<30 base62>_<6 base62 of its CRC-32>`, with its digest. Told once, never stored. */
  abstract mint(): { readonly value: string; readonly digest: string; readonly last4: string };
  /** The digest of a value as typed; null when its form or checksum is wrong, which needs no look-up. */
  abstract digest(value: string): string | null;
}
