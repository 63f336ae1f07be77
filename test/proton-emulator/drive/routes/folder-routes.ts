import { z } from 'zod';
import { createFolder, move, rename } from '../model/folders.js';
import { DriveRefusal } from '../model/refusal.js';
import { linkDetails } from '../links-on-the-wire.js';
import { armored, LinkIds, nameHash, nullable, param, read } from '../request.js';
import type { DriveRoutes } from './drive-routes.js';

const CreateFolder = z.object({
  ParentLinkID: z.string(),
  Name: armored,
  Hash: nameHash,
  NodeKey: armored,
  NodeHashKey: armored,
  NodePassphrase: armored,
  NodePassphraseSignature: armored,
  SignatureEmail: nullable(z.string()),
  XAttr: nullable(armored),
});

const NewName = {
  Name: armored,
  Hash: nameHash,
  NameSignatureEmail: nullable(z.string()),
  OriginalHash: nullable(nameHash),
};

const Rename = z.object(NewName);

const Move = z.object({
  ...NewName,
  ParentLinkID: z.string(),
  NodePassphrase: armored,
  NodePassphraseSignature: nullable(armored),
  SignatureEmail: nullable(z.string()),
});

const HASHES_MAX = 1000;
const CheckHashes = z.object({
  Hashes: z.array(nameHash).max(HASHES_MAX),
  ClientUID: nullable(z.array(z.string())),
});

/** Folders, names, and what is known of nodes. */
export function addFolderRoutes(routes: DriveRoutes): void {
  const { tables, context } = routes.drive;

  routes.on('POST', '/drive/v2/volumes/:v/folders', (call) => {
    const order = read(CreateFolder, call.body);
    const link = createFolder(
      context,
      { volumeId: param(call, 'v'), parentLinkId: order.ParentLinkID },
      {
        ...{ name: order.Name, nameHash: order.Hash, nodeKey: order.NodeKey, nodePassphrase: order.NodePassphrase },
        nodePassphraseSignature: order.NodePassphraseSignature,
        ...{ signatureEmail: order.SignatureEmail, nameSignatureEmail: order.SignatureEmail },
      },
      { nodeHashKey: order.NodeHashKey, xAttr: order.XAttr },
    );
    routes.drive.changed();
    return { Folder: { ID: link.linkId } };
  });

  routes.on('POST', '/drive/v2/volumes/:v/links', (call) => {
    const { LinkIDs } = read(LinkIds, call.body);
    const links = [...new Set(LinkIDs)].flatMap((linkId) => tables.link(linkId) ?? []);
    const own = links.filter(({ volumeId }) => volumeId === param(call, 'v'));
    return { Links: own.map((link) => linkDetails(tables, link)) };
  });

  addNames(routes);
  addListing(routes);
}

function addNames(routes: DriveRoutes): void {
  const { tables, context } = routes.drive;
  const place = (call: Parameters<typeof param>[0]) => ({ volumeId: param(call, 'v'), linkId: param(call, 'l') });

  routes.on('PUT', '/drive/v2/volumes/:v/links/:l/rename', (call) => {
    const order = read(Rename, call.body);
    const { Name: name, Hash: hash, NameSignatureEmail: nameSignatureEmail, OriginalHash: originalHash } = order;
    rename(context, place(call), { name, nameHash: hash, nameSignatureEmail, originalHash });
    routes.drive.changed();
    return {};
  });

  routes.on('PUT', '/drive/v2/volumes/:v/links/:l/move', (call) => {
    const order = read(Move, call.body);
    move(context, place(call), {
      ...{ name: order.Name, nameHash: order.Hash, nameSignatureEmail: order.NameSignatureEmail },
      ...{ originalHash: order.OriginalHash, parentLinkId: order.ParentLinkID },
      ...{ nodePassphrase: order.NodePassphrase, nodePassphraseSignature: order.NodePassphraseSignature },
      signatureEmail: order.SignatureEmail,
    });
    routes.drive.changed();
    return {};
  });

  routes.on('POST', '/drive/v2/volumes/:v/links/:l/checkAvailableHashes', (call) => {
    const { Hashes, ClientUID } = read(CheckHashes, call.body);
    const { linkId } = context.parent(param(call, 'v'), param(call, 'l'));
    const held = Hashes.map((hash) => ({ hash, holder: tables.named(linkId, hash) }));
    const pending = held.flatMap(({ hash, holder }) => {
      const revision = context.draftOf(holder);
      return revision === undefined ? [] : [{ hash, revision }];
    });
    const others = pending.filter(({ revision }) => !(ClientUID ?? []).includes(revision.clientUid ?? ''));
    const taken = new Set(others.map(({ hash }) => hash));
    const finished = new Set(held.filter(({ holder }) => holder && holder.state !== 'draft').map(({ hash }) => hash));
    return {
      // A name that only a draft of the same client holds is that client's to use.
      AvailableHashes: Hashes.filter((hash) => !finished.has(hash) && !taken.has(hash)),
      PendingHashes: others.map(({ hash, revision }) => ({
        Hash: hash,
        LinkID: revision.linkId,
        RevisionID: revision.revisionId,
        ClientUID: revision.clientUid,
      })),
    };
  });
}

function addListing(routes: DriveRoutes): void {
  const { tables, context, world } = routes.drive;

  // Drafts are in no listing, or each upload under way would be an error in the listings of every older client.
  routes.on('GET', '/drive/v2/volumes/:v/folders/:l/children', (call) => {
    const folder = context.link(param(call, 'v'), param(call, 'l'));
    if (folder.type !== 'folder') throw new DriveRefusal('absent', 'Folder not found');
    const foldersOnly = call.query.get('FoldersOnly') === '1';
    const linkIds = tables
      .children(folder.linkId)
      .filter(({ state, type }) => state === 'active' && (type === 'folder' || !foldersOnly))
      .map(({ linkId }) => linkId);
    const anchor = call.query.get('AnchorID');
    const from = anchor === null ? 0 : linkIds.indexOf(anchor) + 1;
    const page = linkIds.slice(from, from + world.knobs.pageSize);
    const more = from + page.length < linkIds.length;
    return { LinkIDs: page, AnchorID: more ? page.at(-1) : null, More: more };
  });
}
