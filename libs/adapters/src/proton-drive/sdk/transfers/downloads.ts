import { Fault } from '#domain/fault/fault.js';
import type { NodeUid } from '../../drive.js';
import type { SdkClient } from '../clients.js';
import type { LinkListing } from '../nodes/link-listing.js';
import { absentOr } from '../nodes/presence.js';
import type { Operation, Operations } from '../operations.js';
import { Handover } from './handover.js';
import type { Slots } from './slots.js';

type Downloader = Awaited<ReturnType<SdkClient['getFileDownloader']>>;
type Seekable = ReturnType<Downloader['getSeekableStream']>;

export class Downloads {
  constructor(
    private readonly operations: Operations,
    private readonly slots: Slots,
    private readonly listing: LinkListing,
  ) {}

  /** Begins when it is first asked for bytes. */
  async *download(node: NodeUid, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const operation = this.operations.begin(signal);
    const handover = new Handover();
    void this.#write(node, handover, operation);
    try {
      yield* handover.chunks();
    } finally {
      operation.stop(new Fault('service.draining'));
    }
  }

  async #write(node: NodeUid, handover: Handover, operation: Operation): Promise<void> {
    try {
      await this.operations.translated(operation, () =>
        this.#use(node, operation, (downloader) => downloader.downloadToStream(handover.writable).completion()),
      );
      handover.end(null);
    } catch (error) {
      handover.end(error as Error);
    }
  }

  /** Through the stream that can be sought in, which checks no more than each block's modification detection code. */
  sample(
    node: NodeUid,
    { start, end }: { readonly start: number; readonly end: number },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    return this.operations.run(signal, (operation) =>
      this.#use(node, operation, async (downloader) => {
        const stream = downloader.getSeekableStream();
        await stream.seek(start);
        const { value } = await stream.read(end - start);
        await release(stream);
        return value;
      }),
    );
  }

  async #use<T>(node: NodeUid, operation: Operation, transfer: (downloader: Downloader) => Promise<T>): Promise<T> {
    try {
      return await this.slots.use(operation, async (client) =>
        transfer(await client.getFileDownloader(node, operation.signal)),
      );
    } catch (error) {
      throw await absentOr(error, node, this.listing);
    }
  }
}

/**
 * The SDK gives back the place of such a stream when it is cancelled, and cannot cancel it since it holds a reader on it
 * itself (docs/proton-sdk.md#seekable-streams): five of them, and the client hangs. The reader is private; without it, the
 * failure of `cancel` fails the sample, and the client is replaced.
 */
const release = async (stream: Seekable): Promise<void> => {
  const { reader } = stream as unknown as { readonly reader?: { releaseLock(): void } | null };
  reader?.releaseLock();
  await stream.cancel();
};
