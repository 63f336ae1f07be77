import type { Event, StreamName } from '../event/event.js';
import type { Oid } from '../oid.js';
import type { RepositoryId } from '../repository/repository.js';

/**
 * The repository received the bytes of this oid: it may read them back. Each link is a stream of its own (docs/adr/0002),
 * so that a thousand objects pushed at once do not queue behind one repository's version.
 */
export type ObjectLinked = Event<
  'ObjectLinked',
  { repositoryId: RepositoryId; oid: Oid; sizeBytes: number; batchId: string | null; at: string }
>;

export type ObjectLinkEvent = ObjectLinked;

export const linkStream = (repositoryId: RepositoryId, oid: Oid): StreamName => `link-${repositoryId}-${oid}`;
