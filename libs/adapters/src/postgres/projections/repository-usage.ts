import type { Projection } from './projection.js';

/** Objects and bytes of each repository. Adds up, so it depends on every event being handled exactly once. */
export const repositoryUsage: Projection = {
  name: 'repository-usage',
  version: 1,
  tables: ['repository_usage'],
  handlers: {
    ObjectLinked: ({ data }) => [
      {
        name: 'repository-usage-linked',
        text: `insert into repository_usage as usage (repository_id, objects, bytes, last_linked_at) values ($1, 1, $2, $3)
          on conflict (repository_id) do update set objects = usage.objects + 1, bytes = usage.bytes + excluded.bytes,
            last_linked_at = greatest(usage.last_linked_at, excluded.last_linked_at)`,
        values: [data.repositoryId, data.sizeBytes, data.at],
      },
    ],
  },
};
