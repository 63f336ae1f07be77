/**
 * Media type of every JSON body of the LFS API (https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md). Clients
 * read error bodies of this type, and of hardly another (docs/git-lfs.md#message-only).
 */
export const LFS_JSON = 'application/vnd.git-lfs+json';

/** What an object's bytes are sent as, whatever they hold: nothing is sniffed, nothing is rendered. */
export const OBJECT_BYTES = 'application/octet-stream';

/** True for the media types that the LFS API accepts in requests; parameters such as charset are ignored. */
export const isLfsJson = (contentType: string | undefined): boolean => {
  const essence = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return essence === LFS_JSON || essence === 'application/json';
};
