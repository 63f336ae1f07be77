import type { Call } from '../../routes.js';
import type { Block, Revision } from '../model/records.js';
import { revisionDetails } from '../links-on-the-wire.js';
import { count, param } from '../request.js';
import type { Drive } from '../drive.js';
import { blockUrl } from './block-routes.js';
import type { DriveRoutes } from './drive-routes.js';

/**
 * A revision with a page of its blocks, as a download begins. A download reads pages until one is empty: a `manifest`
 * fault needs `times` for all of them, or the last page tells the truth again.
 */
export function addRevisionRoute(routes: DriveRoutes): void {
  const { drive } = routes;
  routes.on('GET', '/drive/v2/volumes/:v/files/:l/revisions/:r', (call) => {
    const link = drive.context.file(param(call, 'v'), param(call, 'l'));
    const revision = drive.context.revision(link, param(call, 'r'));
    const how = call.tamper?.kind === 'manifest' ? call.tamper.how : null;
    const signature = how === 'signature' ? otherSignature(drive, revision) : revision.manifestSignature;
    const Blocks = page(call, told(revision, how)).map((block) => blockDetails(drive, revision, block, call));
    return { Revision: { ...revisionDetails(revision), ManifestSignature: signature, Blocks } };
  });
}

/** Ascending by index, whatever the faults have done to what is under an index. */
function told(revision: Revision, how: 'signature' | 'reorder' | 'drop-last' | null): readonly Block[] {
  const { blocks } = revision;
  switch (how) {
    case 'drop-last':
      return blocks.slice(0, -1);
    case 'reorder':
      return [...blocks].reverse().map((block, at) => ({ ...block, index: at + 1 }));
    case 'signature':
    case null:
      return blocks;
  }
}

function page(call: Call, blocks: readonly Block[]): readonly Block[] {
  const from = count(call, 'FromBlockIndex', 1);
  return blocks.filter(({ index }) => index >= from).slice(0, count(call, 'PageSize', blocks.length));
}

function blockDetails(drive: Drive, revision: Revision, block: Block, call: Call): object {
  const { linkId, revisionId } = revision;
  const withoutUrls = call.query.get('NoBlockUrls') === 'true';
  return {
    Index: block.index,
    Hash: block.hash,
    EncSignature: block.encSignature,
    SignatureEmail: revision.signatureEmail,
    ...(withoutUrls ? {} : blockUrl(drive, { may: 'read', blockId: block.blockId, linkId, revisionId })),
  };
}

/** Of the same key, where there is another file, but of another manifest. */
function otherSignature(drive: Drive, revision: Revision): string | null {
  const others = drive.tables.links().flatMap(({ linkId }) => drive.tables.revisions(linkId));
  const other = others.find(
    ({ revisionId, blocks, manifestSignature }) =>
      revisionId !== revision.revisionId && manifestSignature !== null && blocks[0]?.hash !== revision.blocks[0]?.hash,
  );
  return other?.manifestSignature ?? drive.tables.volumes()[0]?.share.passphraseSignature ?? null;
}
