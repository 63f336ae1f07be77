import { z } from 'zod';
import { newId } from '../../ids.js';
import type { Call } from '../../routes.js';
import { acceptBlock, requireAsPromised, sha256, type BlockOrder, type CheckedBytes } from '../model/blocks.js';
import { commit, createFile, createRevision, type NewFile } from '../model/files.js';
import type { FileLink, Revision } from '../model/records.js';
import { DriveRefusal } from '../model/refusal.js';
import { requireSigned } from '../manifest.js';
import { armored, base64, nameHash, nullable, param, read } from '../request.js';
import type { DriveRoutes } from './drive-routes.js';

/** Of ciphertext. */
const SMALL_BYTES_MAX = 128 * 1024;

const Content = {
  ManifestSignature: armored,
  SignatureEmail: nullable(z.string()),
  ContentBlockEncSignature: nullable(z.string()),
  ContentBlockVerificationToken: nullable(base64),
  XAttr: nullable(armored),
  ChecksumVerified: z.boolean().optional(),
};

const SmallFile = z.object({
  ...Content,
  ParentLinkID: z.string(),
  Name: armored,
  NameHash: nameHash,
  NodeKey: armored,
  NodePassphrase: armored,
  NodePassphraseSignature: armored,
  MIMEType: z.string(),
  ContentKeyPacket: base64,
  ContentKeyPacketSignature: nullable(armored),
});

const SmallRevision = z.object({ ...Content, CurrentRevisionID: z.string() });

type ContentOrder = z.output<typeof SmallRevision> | z.output<typeof SmallFile>;

/** From 0.13 on: a file of at most 128 KiB in one request, all or nothing. */
export function addSmallFileRoutes(routes: DriveRoutes): void {
  const { context } = routes.drive;

  routes.on('POST', '/drive/v2/volumes/:v/files/small', async (call) => {
    const order = read(SmallFile, metadata(call));
    const place = { volumeId: param(call, 'v'), parentLinkId: order.ParentLinkID };
    const { ContentKeyPacket: contentKeyPacket, NodeKey: nodeKey } = order;
    const block = await checkedBlock(routes, call, order, { contentKeyPacket, nodeKey });
    const make = () =>
      asConflict(() =>
        createFile(
          context,
          place,
          {
            ...{ name: order.Name, nameHash: order.NameHash, nodeKey, nodePassphrase: order.NodePassphrase },
            nodePassphraseSignature: order.NodePassphraseSignature,
            ...{ signatureEmail: order.SignatureEmail, nameSignatureEmail: order.SignatureEmail },
          },
          {
            ...{
              mediaType: order.MIMEType,
              contentKeyPacket,
              intendedBytes: block?.bytes.length ?? 0,
              clientUid: null,
            },
            contentKeyPacketSignature: order.ContentKeyPacketSignature,
          },
        ),
      );
    return finish(routes, make, order, block);
  });

  routes.on('POST', '/drive/v2/volumes/:v/files/:l/revisions/small', async (call) => {
    const order = read(SmallRevision, metadata(call));
    const place = { volumeId: param(call, 'v'), linkId: param(call, 'l') };
    const block = await checkedBlock(routes, call, order, context.file(place.volumeId, place.linkId));
    const make = (): NewFile => {
      const revision = createRevision(context, place, {
        ...{ currentRevisionId: order.CurrentRevisionID, clientUid: null, intendedBytes: block?.bytes.length ?? 0 },
      });
      return { link: context.file(place.volumeId, place.linkId), revision };
    };
    return finish(routes, make, order, block);
  });
}

interface CheckedBlock {
  readonly order: BlockOrder;
  readonly checked: CheckedBytes;
  readonly bytes: Buffer;
}

function metadata(call: Call): unknown {
  const part = call.parts().find(({ name }) => name === 'Metadata');
  try {
    return JSON.parse(part?.bytes.toString('utf8') ?? '') as unknown;
  } catch {
    throw new DriveRefusal('invalid', 'The multipart field Metadata is no JSON');
  }
}

/** Everything that can be wrong with the content, before anything is made. Null for an empty file. */
async function checkedBlock(
  routes: DriveRoutes,
  call: Call,
  order: ContentOrder,
  keys: Pick<FileLink, 'contentKeyPacket' | 'nodeKey'>,
): Promise<CheckedBlock | null> {
  const bytes = call.parts().find(({ name }) => name === 'ContentBlock')?.bytes;
  if (call.parts().some(({ name }) => name.startsWith('ThumbnailBlockType'))) {
    throw new DriveRefusal('invalid', 'The emulator takes no thumbnails');
  }
  if (bytes !== undefined && bytes.length > SMALL_BYTES_MAX) {
    throw new DriveRefusal('fileTooLarge', 'Small files have at most 128 KiB');
  }
  const signature = { manifestSignature: order.ManifestSignature, signatureEmail: order.SignatureEmail };
  const hashes = bytes === undefined ? [] : [{ hash: sha256(bytes) }];
  await requireSigned(keys, hashes, signature, routes.drive.world.account);
  if (bytes === undefined) return null;
  const verifier = order.ContentBlockVerificationToken ?? '';
  const block = { index: 1, hash: null, bytes: null, verifier, encSignature: order.ContentBlockEncSignature };
  return { order: block, checked: requireAsPromised(keys, block, bytes), bytes };
}

/** The bytes first: then nothing comes between the draft and its commit. */
async function finish(
  routes: DriveRoutes,
  make: () => NewFile,
  order: ContentOrder,
  block: CheckedBlock | null,
): Promise<{ readonly LinkID: string; readonly RevisionID: string }> {
  const { drive } = routes;
  const slot = block === null ? null : { ...block.order, blockId: newId() };
  if (slot !== null && block !== null) await drive.world.store.putBlock(slot.blockId, block.bytes);
  try {
    const { link, revision } = make();
    if (slot !== null && block !== null)
      acceptBlock(drive.context, { ...revision, slots: [slot] }, slot, block.checked);
    const whole: Revision = drive.tables.revision(revision.revisionId) ?? revision;
    const { ManifestSignature: manifestSignature, SignatureEmail: signatureEmail, XAttr: xAttr } = order;
    commit(drive.context, link, whole, { manifestSignature, signatureEmail, xAttr });
    drive.changed();
    return { LinkID: link.linkId, RevisionID: revision.revisionId };
  } catch (error) {
    if (slot !== null) await drive.removeBlocks([slot.blockId]);
    throw error;
  }
}

/** This call answers a taken name with 409, unlike the others. */
function asConflict<T>(create: () => T): T {
  try {
    return create();
  } catch (error) {
    if (!(error instanceof DriveRefusal) || error.reason !== 'nameTaken') throw error;
    throw new DriveRefusal('nameTaken', error.message, error.conflict, 409);
  }
}
