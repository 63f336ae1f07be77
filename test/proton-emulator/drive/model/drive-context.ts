import type { DriveTables } from './drive-tables.js';
import { DriveRefusal } from './refusal.js';
import type { FileLink, FolderLink, Link, Revision, Seconds } from './records.js';

export interface DriveLimits {
  readonly quotaBytes: number;
  readonly fileBytesMax: number;
  readonly childrenMax: number;
  readonly depthMax: number;
}

/** The tables, the clock and the limits of the account, with the look-ups that every rule begins with. */
export class DriveContext {
  constructor(
    readonly tables: DriveTables,
    readonly now: () => Seconds,
    readonly limits: () => DriveLimits,
  ) {}

  link(volumeId: string, linkId: string): Link {
    const link = this.tables.link(linkId);
    if (link?.volumeId !== volumeId) throw new DriveRefusal('absent', 'Node not found');
    return link;
  }

  file(volumeId: string, linkId: string): FileLink {
    const link = this.link(volumeId, linkId);
    if (link.type !== 'file') throw new DriveRefusal('absent', 'File not found');
    return link;
  }

  /** A folder that takes new children: finished, and neither it nor one above it in the trash. */
  parent(volumeId: string, linkId: string): FolderLink {
    const link = this.tables.link(linkId);
    if (link?.volumeId !== volumeId || link.type !== 'folder' || this.inTrash(link)) {
      throw new DriveRefusal('absent', 'Parent folder not found');
    }
    return link;
  }

  revision(link: FileLink, revisionId: string): Revision {
    const revision = this.tables.revision(revisionId);
    if (revision?.linkId !== link.linkId) throw new DriveRefusal('absent', 'Revision not found');
    return revision;
  }

  inTrash(link: Link): boolean {
    if (link.state === 'trashed') return true;
    const above = link.parentLinkId === null ? undefined : this.tables.link(link.parentLinkId);
    return above !== undefined && this.inTrash(above);
  }

  /** The root is at 0. */
  depth(link: Link): number {
    const above = link.parentLinkId === null ? undefined : this.tables.link(link.parentLinkId);
    return above === undefined ? 0 : 1 + this.depth(above);
  }

  /** Refuses where the parent cannot take one more of that name, `levels` deep in itself. */
  requireRoom(parent: FolderLink, nameHash: string, levels = 1): void {
    const { childrenMax, depthMax } = this.limits();
    const holder = this.tables.named(parent.linkId, nameHash);
    if (holder !== undefined) throw this.nameTaken(holder);
    if (this.tables.childCount(parent.linkId) >= childrenMax) {
      throw new DriveRefusal('tooManyChildren', 'The folder has too many items');
    }
    if (this.depth(parent) + levels > depthMax) throw new DriveRefusal('tooDeep', 'The folder is nested too deep');
  }

  nameTaken(holder: Link): DriveRefusal {
    const draft = this.draftOf(holder);
    return new DriveRefusal('nameTaken', 'A file or folder with that name already exists', {
      ConflictLinkID: holder.linkId,
      ConflictRevisionID: holder.type === 'file' ? holder.activeRevisionId : null,
      ConflictDraftRevisionID: draft?.revisionId ?? null,
      ConflictDraftClientUID: draft?.clientUid ?? null,
      RevisionID: draft?.revisionId ?? null,
    });
  }

  /** The revision of a file that is nothing but a draft. */
  draftOf(link: Link | undefined): Revision | undefined {
    if (link?.type !== 'file' || link.state !== 'draft' || link.draftRevisionId === null) return undefined;
    return this.tables.revision(link.draftRevisionId);
  }

  /** `file`: bytes of the file so far; `more`: what is to be added to all that is stored. */
  requireSpace(reason: 'quota' | 'space', file: number, more: number): void {
    const { quotaBytes, fileBytesMax } = this.limits();
    if (file > fileBytesMax) throw new DriveRefusal('fileTooLarge', 'The file is larger than the plan allows');
    if (this.tables.usedBytes() + more > quotaBytes) throw new DriveRefusal(reason, 'Storage quota exceeded');
  }
}
