import type { Oid } from '#domain/oid.js';

export interface UploadNote {
  readonly oid: Oid;
  /** Folder in which the vault was told to make the object. */
  readonly folder: string;
  readonly begunAt: Date;
}

/**
 * What a vault with a tree of nodes remembers outside of it: uids of its folders, so that none is looked up twice by the
 * whole fleet, and which uploads have begun, so that what a killed writer left is found without listing. A disposable
 * index: the vault works without it, only slower. Faults: `database.unavailable`.
 */
export abstract class VaultIndex {
  abstract folder(path: string): Promise<string | null>;
  abstract rememberFolder(path: string, uid: string): Promise<void>;
  /** Forgets it and all folders below it: a folder that was deleted took them along. */
  abstract forgetFolder(path: string): Promise<void>;
  /** Before the first call of an upload; again when it is begun anew. */
  abstract begun(oid: Oid, folder: string): Promise<void>;
  /** Once it is known that no draft of it is left. */
  abstract ended(oid: Oid): Promise<void>;
  abstract unfinished(olderThanMs: number, limit: number): Promise<readonly UploadNote[]>;
}
