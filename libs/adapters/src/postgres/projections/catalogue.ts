import { pathKey } from '#domain/repository/repository.js';
import type { Projection } from './projection.js';

/** Repositories, objects, where they are placed and who may read them: what every batch request asks. */
export const catalogue: Projection = {
  name: 'catalogue',
  version: 1,
  tables: ['repositories', 'objects', 'placements', 'object_links'],
  handlers: {
    RepositoryCreated: ({ data }) => [
      {
        name: 'catalogue-repository-created',
        text: `insert into repositories (id, organization, name, path_key, ack_mode, max_object_bytes, created_at)
          values ($1, $2, $3, $4, $5, $6, $7)`,
        values: [
          data.repositoryId,
          data.organization,
          data.name,
          pathKey(data),
          data.ackMode,
          data.maxObjectBytes,
          data.at,
        ],
      },
    ],
    AckModeSet: ({ data }) => [
      {
        name: 'catalogue-ack-mode-set',
        text: 'update repositories set ack_mode = $2 where id = $1',
        values: [data.repositoryId, data.ackMode],
      },
    ],
    ObjectStaged: ({ data }) => [
      {
        name: 'catalogue-object-staged',
        text: `insert into objects (oid, size_bytes, sha1, state, generation, staged_at) values ($1, $2, $3, 'staged', $4, $5)
          on conflict (oid) do update set size_bytes = excluded.size_bytes, sha1 = excluded.sha1, state = 'staged',
            generation = excluded.generation, failure = null, staged_at = excluded.staged_at, stored_at = null`,
        values: [data.oid, data.sizeBytes, data.sha1, data.generation, data.at],
      },
    ],
    ObjectStored: ({ data: { oid, generation, receipt, at } }) => [
      {
        name: 'catalogue-object-stored',
        text: `update objects set state = 'stored', size_bytes = $2, generation = $3, failure = null, stored_at = $4 where oid = $1`,
        values: [oid, receipt.sizeBytes, generation, at],
      },
      {
        name: 'catalogue-placement',
        text: `insert into placements (oid, vault, locator, stored_bytes, sha1, verified, placed_at)
          values ($1, $2, $3, $4, $5, $6, $7)
          on conflict (oid, vault) do update set locator = excluded.locator, stored_bytes = excluded.stored_bytes,
            sha1 = excluded.sha1, verified = excluded.verified, placed_at = excluded.placed_at`,
        values: [
          oid,
          receipt.vault,
          JSON.stringify(receipt.locator),
          receipt.storedBytes,
          receipt.sha1,
          receipt.verified,
          at,
        ],
      },
    ],
    StoreFailed: ({ data }) => [
      {
        name: 'catalogue-store-failed',
        text: `update objects set state = 'failed', failure = $2 where oid = $1 and state = 'staged'`,
        values: [data.oid, data.code],
      },
    ],
    StoreRedriven: ({ data }) => [
      {
        name: 'catalogue-store-redriven',
        text: `update objects set state = 'staged', failure = null, generation = $2, staged_at = $3
          where oid = $1 and state = 'failed'`,
        values: [data.oid, data.generation, data.at],
      },
    ],
    PlacementLost: ({ data }) => [
      {
        name: 'catalogue-placement-lost',
        text: `update objects set state = 'failed', failure = $2, stored_at = null where oid = $1 and state = 'stored'`,
        values: [data.oid, data.reason],
      },
      {
        name: 'catalogue-placement-gone',
        text: 'delete from placements where oid = $1 and vault = $2',
        values: [data.oid, data.vault],
      },
    ],
    ObjectLinked: ({ data }) => [
      {
        name: 'catalogue-object-linked',
        text: 'insert into object_links (repository_id, oid, size_bytes, linked_at) values ($1, $2, $3, $4)',
        values: [data.repositoryId, data.oid, data.sizeBytes, data.at],
      },
    ],
  },
};
