import { Fault, isFault } from '#domain/fault/fault.js';
import { faultOfFailure } from '../../failure/fault-of-failure.js';
import type { NodeUid } from '../../drive.js';
import { LastingClient, type SdkClient, type SdkClients } from '../clients.js';
import { conflictOf, type Conflict } from './conflict.js';
import type { Descriptions } from './descriptions.js';
import type { LinkListing } from './link-listing.js';
import { absentOr } from './presence.js';

/** What the server says to a second volume: docs/proton-sdk.md#first-volume. */
const VOLUME_EXISTS = 2511;

const isVolumeThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === VOLUME_EXISTS;

/** Folders and names: everything that the SDK does with the parent's key and hash key. */
export class Folders {
  readonly #client: LastingClient;

  constructor(
    private readonly clients: SdkClients,
    private readonly descriptions: Descriptions,
    private readonly listing: LinkListing,
  ) {
    this.#client = new LastingClient(() => clients.make('folders'));
  }

  async root(): Promise<NodeUid> {
    try {
      return await this.#ownRoot();
    } catch (error) {
      // Somebody else of the fleet made it just now.
      if (isVolumeThere(error)) return this.#ownRoot();
      throw error;
    }
  }

  /** Makes first and looks then: the caller asks once for each folder in its life, and most do not exist when it does. */
  async ensure(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid> {
    try {
      const made = await this.#knowing(parent, (client) => client.createFolder(parent, name));
      if (!made.ok) return made.error.uid;
      await this.clients.folders.learn(made.value);
      return made.value.uid;
    } catch (error) {
      const conflict = conflictOf(error);
      if (conflict?.with !== 'node') throw error;
      return this.#adopt(conflict.node, { parent, name }, signal);
    }
  }

  async find(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid | null> {
    const conflict = await this.#claim({ parent, name, override: false }, signal);
    return conflict?.with === 'node' ? conflict.node : null;
  }

  async removeDraft(parent: NodeUid, name: string, signal: AbortSignal): Promise<boolean> {
    const found = await this.#claim({ parent, name, override: false }, signal);
    if (found?.with !== 'draft') return false;
    const left = await this.#claim({ parent, name, override: true }, signal);
    if (left?.with === 'draft') throw new Fault('vault.unavailable', { reason: 'draft-stays' });
    return left === null;
  }

  /**
   * What bears the name, or null. One request tells whether it is free; whose it is, the SDK's public interface tells in one
   * way only: as the reason why an upload under that name is refused. So one is begun, and its source fails at once, which
   * makes the SDK take its draft back should it have got one after all. With `override` it first removes the draft of
   * another. No file is ever uploaded by this client, so that a draft of its own can only be one of these.
   */
  async #claim(
    { parent, name, override }: { readonly parent: NodeUid; readonly name: string; readonly override: boolean },
    signal: AbortSignal,
  ): Promise<Conflict | null> {
    return this.#knowing(parent, async (client) => {
      if ((await client.getAvailableName(parent, name)) === name) return null;
      return beginAndFail(client, { parent, name, override }, signal);
    });
  }

  async #ownRoot(): Promise<NodeUid> {
    const root = await this.#client.use((client) => client.getMyFilesRootFolder());
    if (!root.ok) throw new Fault('vault.undecryptable', { reason: 'root' });
    return root.value.uid;
  }

  async #adopt(
    node: NodeUid,
    expected: { readonly parent: NodeUid; readonly name: string },
    signal: AbortSignal,
  ): Promise<NodeUid> {
    const [found] = await this.descriptions.describe([node], signal);
    if (!found || found.trashed) throw new Fault('vault.unavailable', { reason: 'folder-vanished' });
    const same = found.kind === 'folder' && found.name === expected.name && found.parent === expected.parent;
    if (!same || !found.authentic) throw new Fault('vault.structure', { reason: 'not-our-folder' });
    return node;
  }

  /** Somebody may have removed the parent since its keys were remembered. */
  async #knowing<T>(parent: NodeUid, action: (client: SdkClient) => Promise<T>): Promise<T> {
    try {
      return await this.#client.use(action);
    } catch (error) {
      const reason = conflictOf(error) === null ? await absentOr(error, parent, this.listing) : error;
      if (isFault(faultOfFailure(reason), 'vault.absent')) await this.clients.forget([parent]);
      throw reason;
    }
  }
}

const NO_CONTENT = new Error('There is nothing to upload.');

const beginAndFail = async (
  client: SdkClient,
  { parent, name, override }: { readonly parent: NodeUid; readonly name: string; readonly override: boolean },
  signal: AbortSignal,
): Promise<Conflict | null> => {
  const stream = new ReadableStream({ start: (controller) => controller.error(NO_CONTENT) });
  // One byte that never comes: should the SDK take the failed stream for an empty file, it would still not commit it.
  const metadata = { mediaType: 'application/octet-stream', expectedSize: 1 };
  try {
    const uploader = await client.getFileUploader(
      parent,
      name,
      { ...metadata, overrideExistingDraftByOtherClient: override },
      signal,
    );
    await (await uploader.uploadFromStream(stream, [])).completion();
    return null;
  } catch (error) {
    if (error === NO_CONTENT) return null;
    const conflict = conflictOf(error);
    if (conflict === null) throw error;
    return conflict;
  }
};
