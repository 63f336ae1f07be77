import { Reply } from '../../api-error.js';
import type { Call } from '../../routes.js';
import type { Link } from '../model/records.js';
import { DriveRefusal } from '../model/refusal.js';
import { eraseDraft, eraseTrashed, restore, trash } from '../model/trash.js';
import { count, LinkIds, param, read } from '../request.js';
import type { DriveRoutes } from './drive-routes.js';

const ACCEPTED = 1002;

/** The trash, and drafts that are given up: many at once, each with an answer of its own. */
export function addTrashRoutes(routes: DriveRoutes): void {
  const { drive } = routes;
  const { context, tables } = drive;

  /** `act` returns the ids of blocks that nobody needs any more. */
  const each = async (call: Call, act: (link: Link) => readonly string[] | void): Promise<Reply> => {
    const { LinkIDs } = read(LinkIds, call.body);
    const erased: string[] = [];
    const Responses = LinkIDs.map((LinkID) => {
      const Response = answer(() => erased.push(...(act(context.link(param(call, 'v'), LinkID)) ?? [])));
      return { LinkID, Response };
    });
    drive.changed();
    await drive.removeBlocks(erased);
    return new Reply(200, { Code: 1001, Responses });
  };

  routes.on('POST', '/drive/v2/volumes/:v/trash_multiple', (call) => {
    if (!drive.world.knobs.asyncTrash) return each(call, (link) => trash(context, link));
    drive.trashLater(read(LinkIds, call.body).LinkIDs);
    return new Reply(202, { Code: ACCEPTED });
  });

  routes.on('PUT', '/drive/v2/volumes/:v/trash/restore_multiple', (call) =>
    each(call, (link) => restore(context, link)),
  );

  routes.on('POST', '/drive/v2/volumes/:v/trash/delete_multiple', (call) => {
    return each(call, (link) => eraseTrashed(context, link));
  });

  routes.on('POST', '/drive/v2/volumes/:v/delete_multiple', (call) => each(call, (link) => eraseDraft(context, link)));

  routes.on('GET', '/drive/volumes/:v/trash', (call) => {
    const volume = tables.volume(param(call, 'v'));
    if (volume === undefined) throw new DriveRefusal('absent', 'Volume not found');
    const size = count(call, 'PageSize', drive.world.knobs.pageSize);
    const from = count(call, 'Page', 0) * size;
    const links = tables.trashed(volume.volumeId).slice(from, from + size);
    if (links.length === 0) return { Trash: [] };
    const parents = new Set(links.map(({ parentLinkId }) => parentLinkId));
    const LinkIDs = links.map(({ linkId }) => linkId);
    return { Trash: [{ ShareID: volume.share.shareId, LinkIDs, ParentIDs: [...parents] }] };
  });

  // The whole account's trash, whoever put things there: here so that tests can prove that nobody calls it.
  routes.on('DELETE', '/drive/volumes/:v/trash', async (call) => {
    const erased = tables.trashed(param(call, 'v')).flatMap((link) => eraseTrashed(context, link));
    drive.changed();
    await drive.removeBlocks(erased);
    return {};
  });
}

function answer(act: () => void): object {
  try {
    act();
    return { Code: 1000 };
  } catch (error) {
    if (!(error instanceof DriveRefusal)) throw error;
    return { Code: error.code, Error: error.message, ...(error.details ? { Details: error.details } : {}) };
  }
}
