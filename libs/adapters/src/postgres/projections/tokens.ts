import type { Projection } from './projection.js';

/** Tokens by the digest of their value: read on every request. */
export const tokens: Projection = {
  name: 'tokens',
  version: 1,
  tables: ['tokens'],
  handlers: {
    TokenIssued: ({ data }) => [
      {
        name: 'tokens-issued',
        text: `insert into tokens (id, name, digest, last4, repositories, access, expires_at, created_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        values: [
          data.tokenId,
          data.name,
          data.digest,
          data.last4,
          data.repositories,
          data.access,
          data.expiresAt,
          data.at,
        ],
      },
    ],
    TokenRevoked: ({ data }) => [
      {
        name: 'tokens-revoked',
        text: 'update tokens set revoked_at = coalesce(revoked_at, $2) where id = $1',
        values: [data.tokenId, data.at],
      },
    ],
  },
};
