import type { Database } from './database.js';

// By the partial index of what is not stored: a handful among millions.
const PINNED = `select coalesce(sum(size_bytes), 0)::text as bytes from objects where state <> 'stored'`;

/** Bytes of objects that no vault holds yet: the hot tier may evict everything else. */
export const pinnedBytes = async (database: Database): Promise<number> => {
  const [row] = await database.query<{ readonly bytes: string }>({ name: 'pinned-bytes', text: PINNED });
  return Number(row?.bytes ?? 0);
};
