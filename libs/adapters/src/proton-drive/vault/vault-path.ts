import { isOid, type Oid } from '#domain/oid.js';

/** Below the account's root. The version of the layout is part of it, so that a later one can stand beside it. */
const TREE = ['Ballast', 'v1', 'objects'] as const;

export const OBJECTS_PATH = TREE.join('/');

/** Where an object is: `Ballast/v1/objects/aa/bb/<oid>`, in `bb-1`, `bb-2`... once the folder before is full. */
export interface Place {
  readonly oid: Oid;
  /** 0 for the folder without a number. */
  readonly overflow: number;
}

/** Folder of a place, without a slash at either end. */
export const folderPath = ({ oid, overflow }: Place): string => {
  const leaf = oid.slice(2, 4);
  return `${OBJECTS_PATH}/${oid.slice(0, 2)}/${overflow === 0 ? leaf : `${leaf}-${overflow}`}`;
};

const LEAF = /^([0-9a-f]{2})(?:-([1-9][0-9]{0,3}))?$/;

/** True for the names that folders of the layout have below its top. */
export const isFolderName = (name: string): boolean => LEAF.test(name);

/** The place of what lies in folder `<first>/<leaf>` under the given name; null when nothing of ours has its place there. */
export const placeOf = (first: string, leaf: string, name: string): Place | null => {
  const [, second, overflow] = LEAF.exec(leaf) ?? [];
  if (!isOid(name) || second === undefined || name.slice(0, 4) !== `${first}${second}`) return null;
  return { oid: name, overflow: Number(overflow ?? 0) };
};

/** Path of the parent and name of the last folder; null for a path with one name only. */
export const splitPath = (path: string): { readonly parent: string | null; readonly name: string } => {
  const at = path.lastIndexOf('/');
  return { parent: at < 0 ? null : path.slice(0, at), name: path.slice(at + 1) };
};
