import type { EmulatorNode } from '../contract.js';
import type { WebAppAct } from '../drive-half.js';
import { placeUnder } from './model/folders.js';
import { storedBytes, type Link } from './model/records.js';
import { DriveRefusal } from './model/refusal.js';
import { erase, restore, trash } from './model/trash.js';
import type { Drive } from './drive.js';

/** As somebody does it in the web app, where deleting goes through the trash but nobody has to wait for it. */
export async function act(drive: Drive, linkId: string, what: WebAppAct): Promise<void> {
  const { context, tables } = drive;
  const link = tables.link(linkId);
  if (link === undefined) throw new DriveRefusal('absent', 'Node not found');
  switch (what.act) {
    case 'trash':
      trash(context, link);
      break;
    case 'restore':
      restore(context, link);
      break;
    case 'move':
      moveAway(drive, link, what.parentLinkId);
      break;
    case 'delete':
      await drive.removeBlocks(erase(context, link));
      break;
  }
  drive.changed();
}

/** Without new keys, which only a client can make: its content cannot be decrypted there. */
function moveAway({ context }: Drive, link: Link, parentLinkId: string): void {
  if (link.parentLinkId === null) throw new DriveRefusal('wrongState', 'The root folder cannot be moved');
  placeUnder(context, { ...link, parentLinkId: link.parentLinkId }, parentLinkId, {});
}

export function nodes({ tables }: Drive): readonly EmulatorNode[] {
  return tables.links().map((link) => {
    const { linkId, volumeId, parentLinkId, type, state, nameHash } = link;
    const revisionId = link.type === 'file' ? (link.draftRevisionId ?? link.activeRevisionId) : null;
    const newest = revisionId === null ? undefined : tables.revision(revisionId);
    const revisions = tables.revisions(linkId);
    return {
      ...{ linkId, volumeId, parentLinkId, type, state, nameHash, revisionId },
      clientUid: newest?.clientUid ?? null,
      storedBytes: revisions.reduce((sum, revision) => sum + storedBytes(revision), 0),
      blocks: revisions.reduce((sum, revision) => sum + revision.blocks.length, 0),
    };
  });
}
