import { isFault } from '#domain/fault/fault.js';
import type { Bytes } from '#application/ports/blob-store.js';
import type { NewFile, UploadOutcome } from '../../drive.js';
import { faultOfFailure } from '../../failure/fault-of-failure.js';
import type { SdkClient, SdkClients } from '../clients.js';
import { conflictOf } from '../nodes/conflict.js';
import { MARK_ATTRIBUTE } from '../nodes/descriptions.js';
import type { LinkListing } from '../nodes/link-listing.js';
import { absentOr } from '../nodes/presence.js';
import { ForeignError, type Operation, type Operations } from '../operations.js';
import type { Slots } from './slots.js';
import { SourceStream } from './source-stream.js';

export class Uploads {
  constructor(
    private readonly operations: Operations,
    private readonly slots: Slots,
    private readonly clients: Pick<SdkClients, 'forget'>,
    private readonly listing: LinkListing,
  ) {}

  upload(file: NewFile, source: Bytes, signal: AbortSignal): Promise<UploadOutcome> {
    return this.operations.run(signal, async (operation) => {
      const content = new SourceStream(source, operation.signal);
      const transfer = (client: SdkClient): Promise<UploadOutcome> => transferred(client, file, { content, operation });
      try {
        return await this.slots.use(operation, transfer, (error) => conflictOf(error) !== null);
      } catch (error) {
        const conflict = conflictOf(error);
        if (conflict?.with === 'node') return { outcome: 'exists', node: conflict.node };
        if (content.failure) throw new ForeignError(content.failure.error);
        const reason = await absentOr(error, file.parent, this.listing);
        if (isFault(faultOfFailure(reason), 'vault.absent')) await this.clients.forget([file.parent]);
        throw reason;
      }
    });
  }
}

const transferred = async (
  client: SdkClient,
  { parent, name, mark, sha1 }: NewFile,
  { content, operation }: { readonly content: SourceStream; readonly operation: Operation },
): Promise<UploadOutcome> => {
  const metadata = {
    mediaType: 'application/octet-stream',
    expectedSize: mark.size,
    ...(sha1 !== null && { expectedSha1: sha1 }),
    additionalMetadata: { [MARK_ATTRIBUTE]: mark },
    // The caller holds the lease on the object: whoever began this draft is dead, or will be refused when it commits.
    overrideExistingDraftByOtherClient: true,
  };
  // An uploader holds its place from here on, started or not (docs/proton-sdk.md#unstarted-uploaders): nothing may come
  // between these two.
  const uploader = await client.getFileUploader(parent, name, metadata, operation.signal);
  const controller = await uploader.uploadFromStream(content.stream, []);
  const { nodeUid, nodeRevisionUid } = await controller.completion();
  return { outcome: 'uploaded', node: nodeUid, revision: nodeRevisionUid };
};
