import { z } from 'zod';
import { ApiError, Reply } from '../../api-error.js';
import type { Call } from '../../routes.js';
import { acceptBlock, promiseBlocks, requireAsPromised } from '../model/blocks.js';
import { openDraft } from '../model/files.js';
import type { BlockSlot, FileLink, Revision } from '../model/records.js';
import { DriveRefusal } from '../model/refusal.js';
import { base64, nullable, param, read } from '../request.js';
import { falsified } from '../tampering.js';
import { openGrant, sealGrant, type Grant } from '../storage-tokens.js';
import type { Drive } from '../drive.js';
import type { DriveRoutes } from './drive-routes.js';

const BLOCKS_MAX = 100;

const RequestBlocks = z.object({
  AddressID: nullable(z.string()),
  VolumeID: z.string(),
  LinkID: z.string(),
  RevisionID: z.string(),
  BlockList: z
    .array(
      z.object({
        Index: z.number().int(),
        /** Not sent from 0.14 on. */
        Hash: nullable(base64),
        Size: nullable(z.number().int()),
        EncSignature: nullable(z.string()),
        Verifier: nullable(z.object({ Token: base64 })),
      }),
    )
    .max(BLOCKS_MAX)
    .default([]),
  ThumbnailList: z.array(z.unknown()).max(0, 'The emulator takes no thumbnails').default([]),
});

/** Places for blocks, and block storage itself, which knows tokens only. */
export function addBlockRoutes(routes: DriveRoutes): void {
  const { drive } = routes;

  routes.on('POST', '/drive/blocks', (call) => {
    const order = read(RequestBlocks, call.body);
    if (order.AddressID !== null && order.AddressID !== drive.world.account.addressId) {
      throw new DriveRefusal('invalid', 'The address is not of this account');
    }
    const link = drive.context.file(order.VolumeID, order.LinkID);
    const slots = promiseBlocks(
      drive.context,
      link,
      drive.context.revision(link, order.RevisionID),
      order.BlockList.map((block) => ({
        ...{ index: block.Index, hash: block.Hash, bytes: block.Size, encSignature: block.EncSignature },
        verifier: block.Verifier?.Token ?? '',
      })),
    );
    drive.changed();
    const place = { linkId: link.linkId, revisionId: order.RevisionID };
    const UploadLinks = slots.map(({ blockId, index }) => ({
      Index: index,
      ...blockUrl(drive, { may: 'write', blockId, ...place }),
    }));
    return { UploadLinks, ThumbnailLink: null, ThumbnailLinks: [] };
  });

  const storage = { on: 'storage', auth: 'none' } as const;
  routes.on('POST', '/storage/blocks/:b', (call) => upload(drive, call), storage);
  routes.on('GET', '/storage/blocks/:b', (call) => download(drive, call), storage);
}

/** `BareURL` and `Token`, as a client gets them for one block. */
export function blockUrl(drive: Drive, grant: Omit<Grant, 'until'>): object {
  const { clock, knobs, storageUrl } = drive.world;
  const url = `${storageUrl}/storage/blocks/${grant.blockId}`;
  const until = clock.now() + knobs.blockTokenSeconds * 1000;
  return { BareURL: url, URL: url, Token: sealGrant(drive.secret, { ...grant, until }) };
}

function granted(drive: Drive, call: Call, may: Grant['may']): Grant {
  const token = String(call.headers['pm-storage-token'] ?? '');
  const grant = openGrant(drive.secret, token, drive.world.clock.now());
  if (grant?.may !== may || grant.blockId !== param(call, 'b'))
    throw new ApiError(404, 404, 'Token not found or expired');
  return grant;
}

interface Target {
  readonly link: FileLink;
  readonly revision: Revision;
  readonly slot: BlockSlot;
}

/** Drafts may be given up, and places given anew, while bytes are on their way. */
function target(drive: Drive, { linkId, revisionId, blockId }: Grant): Target {
  const link = drive.tables.link(linkId);
  const revision = drive.tables.revision(revisionId);
  const slot = revision?.slots.find((one) => one.blockId === blockId);
  if (link?.type !== 'file' || revision === undefined || slot === undefined) {
    throw new ApiError(404, 404, 'Block not found');
  }
  openDraft(link, revision);
  return { link, revision, slot };
}

async function upload(drive: Drive, call: Call): Promise<object> {
  const grant = granted(drive, call, 'write');
  const { link, slot } = target(drive, grant);
  const block = call.parts().find(({ name }) => name === 'Block');
  if (block === undefined) throw new DriveRefusal('invalid', 'The multipart field Block is missing');
  const checked = requireAsPromised(link, slot, block.bytes);
  await drive.world.store.putBlock(slot.blockId, block.bytes);
  try {
    const { revision } = target(drive, grant);
    const replaced = acceptBlock(drive.context, revision, slot, checked);
    drive.changed();
    if (replaced !== null) await drive.removeBlocks([replaced]);
  } catch (error) {
    // Sent twice, it may have become part of a finished revision meanwhile.
    const { blocks = [] } = drive.tables.revision(grant.revisionId) ?? {};
    if (!blocks.some(({ blockId }) => blockId === slot.blockId)) await drive.removeBlocks([slot.blockId]);
    throw error;
  }
  return {};
}

async function download(drive: Drive, call: Call): Promise<object> {
  const { blockId } = granted(drive, call, 'read');
  const bytes = await drive.world.store.block(blockId);
  if (bytes === null) throw new ApiError(404, 404, 'Block not found');
  const body = call.tamper?.kind === 'corrupt' ? await falsified(drive, { blockId, bytes }, call.tamper.how) : bytes;
  return new Reply(200, body);
}
