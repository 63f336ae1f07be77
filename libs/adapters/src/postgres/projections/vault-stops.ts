import type { Projection } from './projection.js';

/** Which stops of which vault are in force: what every call to a vault asks for, and the gateway on behalf of its clients. */
export const vaultStops: Projection = {
  name: 'vault-stops',
  version: 1,
  tables: ['vault_stops'],
  handlers: {
    BreakerOpened: ({ data }) => [
      {
        name: 'vault-stops-opened',
        text: `insert into vault_stops (vault, cause, detail, until, opened_at) values ($1, $2, $3, $4, $5)
          on conflict (vault, cause) do update set detail = excluded.detail, until = excluded.until`,
        values: [data.vault, data.cause, data.detail, data.until, data.at],
      },
    ],
    BreakerClosed: ({ data }) => [
      {
        name: 'vault-stops-closed',
        text: 'delete from vault_stops where vault = $1 and cause = $2',
        values: [data.vault, data.cause],
      },
    ],
  },
};
