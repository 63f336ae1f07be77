import type { DriveContext } from './drive-context.js';
import { logChange } from './event-log.js';
import type { Link } from './records.js';
import { DriveRefusal } from './refusal.js';

/** Takes the node out of its folder's listing and frees its name; what is beneath a folder goes with it unchanged. */
export function trash(drive: DriveContext, link: Link): void {
  if (link.state !== 'active') throw new DriveRefusal('wrongState', 'The node is a draft or in the trash already');
  if (link.parentLinkId === null) throw new DriveRefusal('wrongState', 'The root folder cannot be trashed');
  const trashedAt = drive.now();
  const trashed: Link = { ...link, state: 'trashed', trashedAt, modifiedAt: trashedAt };
  drive.tables.putLink(trashed);
  logChange(drive.tables, 'update-metadata', trashed, trashedAt);
}

/** Back to where it was; refused where its name has been taken since or its folder is in the trash. */
export function restore(drive: DriveContext, link: Link): void {
  if (link.state !== 'trashed' || link.parentLinkId === null) {
    throw new DriveRefusal('wrongState', 'The node is not in the trash');
  }
  drive.requireRoom(drive.parent(link.volumeId, link.parentLinkId), link.nameHash ?? '');
  const modifiedAt = drive.now();
  const restored: Link = { ...link, state: 'active', trashedAt: null, modifiedAt };
  drive.tables.putLink(restored);
  logChange(drive.tables, 'update-metadata', restored, modifiedAt);
}

/**
 * For good, with all that is beneath; the caller removes the blocks whose ids come back. One event, of the node itself:
 * what is beneath a deleted folder is gone without a word.
 */
export function erase(drive: DriveContext, link: Link): readonly string[] {
  const blockIds = eraseTree(drive, link);
  // A draft that is given up was never announced.
  if (link.state !== 'draft') logChange(drive.tables, 'delete', link, drive.now());
  return blockIds;
}

export function eraseTrashed(drive: DriveContext, link: Link): readonly string[] {
  if (link.state !== 'trashed') throw new DriveRefusal('wrongState', 'The node is not in the trash');
  return erase(drive, link);
}

export function eraseDraft(drive: DriveContext, link: Link): readonly string[] {
  if (link.state !== 'draft') throw new DriveRefusal('wrongState', 'The node is no draft');
  return erase(drive, link);
}

function eraseTree(drive: DriveContext, link: Link): readonly string[] {
  const { tables } = drive;
  const trashed = link.type === 'folder' ? tables.trashed(link.volumeId) : [];
  const trashedBeneath = trashed.filter(({ parentLinkId }) => parentLinkId === link.linkId);
  const beneath = [...tables.children(link.linkId), ...trashedBeneath].flatMap((child) => eraseTree(drive, child));
  const own = tables.revisions(link.linkId).flatMap(({ blocks }) => blocks.map(({ blockId }) => blockId));
  tables.removeLink(link.linkId);
  return [...beneath, ...own];
}
