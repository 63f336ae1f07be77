/** Words of Proton's paths; everything else in one is an id. A closed list, so that it makes a metric label. */
const WORDS: ReadonlySet<string> = new Set([
  ...['drive', 'core', 'auth', 'v2', 'v4', 'v5', 'volumes', 'shares', 'my-files', 'links', 'files', 'folders'],
  ...['children', 'revisions', 'verification', 'blocks', 'small', 'trash', 'trash_multiple', 'restore_multiple'],
  ...['delete_multiple', 'checkAvailableHashes', 'thumbnails', 'events', 'latest', 'users', 'addresses', 'keys'],
  ...['all', 'rename', 'move', 'copy', 'restore', 'remove-mine', 'sessions', 'forks', 'refresh'],
]);

/** `POST drive/v2/volumes/:id/files`: what a request does, with ids and query left out. */
export const routeOf = (method: string, url: URL): string => {
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  return `${method} ${segments.map((segment) => (WORDS.has(segment) ? segment : ':id')).join('/')}`;
};

/** Taking back what an upload has begun: goes on for a while after its upload was given up. */
export const DRAFT_REMOVAL = 'POST drive/v2/volumes/:id/delete_multiple';
