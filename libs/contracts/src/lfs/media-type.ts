/** Media type of every JSON body of the LFS API (git-lfs docs/api/batch.md). Clients parse error bodies of this type only. */
export const LFS_JSON = 'application/vnd.git-lfs+json';

/** What an object's bytes are sent as, whatever they hold: nothing is sniffed, nothing is rendered. */
export const OBJECT_BYTES = 'application/octet-stream';

/** True for the media types that the LFS API accepts in requests; parameters such as charset are ignored. */
export const isLfsJson = (contentType: string | undefined): boolean => {
  const essence = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  return essence === LFS_JSON || essence === 'application/json';
};
