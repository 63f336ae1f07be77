import { z } from 'zod';
import { verificationCode } from '../model/blocks.js';
import { commit, createFile, createRevision, openDraft, removeRevision, requireComplete } from '../model/files.js';
import type { FileLink, Revision } from '../model/records.js';
import { DriveRefusal } from '../model/refusal.js';
import { revisionDetails } from '../links-on-the-wire.js';
import { requireSigned } from '../manifest.js';
import { armored, base64, nameHash, nullable, param, read } from '../request.js';
import type { Call } from '../../routes.js';
import type { DriveRoutes } from './drive-routes.js';

const CreateFile = z.object({
  ParentLinkID: z.string(),
  Name: armored,
  Hash: nameHash,
  MIMEType: z.string(),
  ClientUID: nullable(z.string()),
  IntendedUploadSize: nullable(z.number().int().nonnegative()),
  NodeKey: armored,
  NodePassphrase: armored,
  NodePassphraseSignature: armored,
  ContentKeyPacket: base64,
  ContentKeyPacketSignature: nullable(armored),
  SignatureAddress: nullable(z.string()),
});

const CreateRevision = z.object({
  CurrentRevisionID: nullable(z.string()),
  ClientUID: nullable(z.string()),
  IntendedUploadSize: nullable(z.number().int().nonnegative()),
});

const Commit = z.object({
  ManifestSignature: armored,
  SignatureAddress: nullable(z.string()),
  XAttr: nullable(armored),
  /** From 0.14 on: the client has compared what it read with the checksum it was given. */
  ChecksumVerified: z.boolean().optional(),
});

/** Drafts, what a block is verified with, and the commit. */
export function addFileRoutes(routes: DriveRoutes): void {
  const { context } = routes.drive;

  routes.on('POST', '/drive/v2/volumes/:v/files', (call) => {
    const order = read(CreateFile, call.body);
    const { link, revision } = createFile(
      context,
      { volumeId: param(call, 'v'), parentLinkId: order.ParentLinkID },
      {
        ...{ name: order.Name, nameHash: order.Hash, nodeKey: order.NodeKey, nodePassphrase: order.NodePassphrase },
        nodePassphraseSignature: order.NodePassphraseSignature,
        ...{ signatureEmail: order.SignatureAddress, nameSignatureEmail: order.SignatureAddress },
      },
      {
        ...{ mediaType: order.MIMEType, contentKeyPacket: order.ContentKeyPacket },
        ...{ contentKeyPacketSignature: order.ContentKeyPacketSignature, clientUid: order.ClientUID },
        intendedBytes: order.IntendedUploadSize ?? 0,
      },
    );
    routes.drive.changed();
    return { File: { ID: link.linkId, RevisionID: revision.revisionId, ClientUID: revision.clientUid } };
  });

  routes.on('POST', '/drive/v2/volumes/:v/files/:l/revisions', (call) => {
    const order = read(CreateRevision, call.body);
    const revision = createRevision(
      context,
      { volumeId: param(call, 'v'), linkId: param(call, 'l') },
      {
        ...{ clientUid: order.ClientUID, currentRevisionId: order.CurrentRevisionID },
        intendedBytes: order.IntendedUploadSize ?? 0,
      },
    );
    routes.drive.changed();
    return { Revision: { ID: revision.revisionId } };
  });

  addRevision(routes);
}

function addRevision(routes: DriveRoutes): void {
  const { tables, context, world } = routes.drive;
  const template = '/drive/v2/volumes/:v/files/:l/revisions/:r';
  const target = (call: Call): { readonly link: FileLink; readonly revision: Revision } => {
    const link = context.file(param(call, 'v'), param(call, 'l'));
    return { link, revision: context.revision(link, param(call, 'r')) };
  };

  routes.on('GET', '/drive/v2/volumes/:v/links/:l/revisions/:r/verification', (call) => {
    const { link, revision } = target(call);
    openDraft(link, revision);
    const VerificationCode = verificationCode(link.contentKeyPacket).toString('base64');
    return { VerificationCode, ContentKeyPacket: link.contentKeyPacket };
  });

  routes.on('PUT', template, async (call) => {
    const order = read(Commit, call.body);
    const commitment = {
      manifestSignature: order.ManifestSignature,
      ...{ signatureEmail: order.SignatureAddress, xAttr: order.XAttr },
    };
    const asked = target(call);
    openDraft(asked.link, asked.revision);
    requireComplete(asked.revision);
    await requireSigned(asked.link, asked.revision.blocks, commitment, world.account);
    // While the signature was looked at, another request may have changed the draft.
    const { link, revision } = target(call);
    openDraft(link, revision);
    if (revision.blocks !== asked.revision.blocks) throw new DriveRefusal('outdated', 'The draft has changed');
    commit(context, link, revision, commitment);
    routes.drive.changed();
    return {};
  });

  routes.on('DELETE', template, async (call) => {
    const { link, revision } = target(call);
    removeRevision(context, link, revision);
    routes.drive.changed();
    await routes.drive.removeBlocks(revision.blocks.map(({ blockId }) => blockId));
    return {};
  });

  routes.on('GET', '/drive/v2/volumes/:v/files/:l/revisions', (call) => {
    const { linkId } = context.file(param(call, 'v'), param(call, 'l'));
    return { Revisions: [...tables.revisions(linkId)].reverse().map(revisionDetails) };
  });
}
