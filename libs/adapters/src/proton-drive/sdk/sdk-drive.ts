import { Fault } from '#domain/fault/fault.js';
import type { Bytes } from '#application/ports/blob-store.js';
import {
  Drive,
  type LinkFacts,
  type NewFile,
  type NodeFacts,
  type NodeUid,
  type UploadOutcome,
  type VolumeChanges,
} from '../drive.js';
import type { DriveHost } from '../drive-host.js';
import { OwnAccount } from './account/own-account.js';
import { LastingClient, SdkClients } from './clients.js';
import { ApiCalls } from './http/api-calls.js';
import { DriveHttp } from './http/drive-http.js';
import { Descriptions } from './nodes/descriptions.js';
import { Folders } from './nodes/folders.js';
import { Lifecycle } from './nodes/lifecycle.js';
import { LinkListing } from './nodes/link-listing.js';
import { VolumeEvents } from './nodes/volume-events.js';
import { Operations } from './operations.js';
import type { SdkConfig } from './sdk-config.js';
import { patchSdk } from './sdk-patches.js';
import { guardAgainstStrays } from './stray-rejections.js';
import { Downloads } from './transfers/downloads.js';
import { Slots } from './transfers/slots.js';
import { Uploads } from './transfers/uploads.js';

interface Parts {
  readonly operations: Operations;
  readonly account: OwnAccount;
  readonly nodes: {
    readonly listing: LinkListing;
    readonly descriptions: Descriptions;
    readonly folders: Folders;
    readonly lifecycle: Lifecycle;
    readonly volumeEvents: VolumeEvents;
  };
  readonly transfers: { readonly uploads: Uploads; readonly downloads: Downloads };
}

/** Drive by the SDK of Proton, in this process. */
export class SdkDrive extends Drive {
  constructor(
    private readonly parts: Parts,
    private readonly release: () => void,
  ) {
    super();
  }

  override root(signal: AbortSignal): Promise<NodeUid> {
    return this.#run(signal, ({ nodes }) => nodes.folders.root());
  }

  override ensureFolder(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid> {
    return this.#run(signal, ({ nodes }, within) => nodes.folders.ensure(parent, name, within));
  }

  override find(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid | null> {
    return this.#run(signal, ({ nodes }, within) => nodes.folders.find(parent, name, within));
  }

  override upload(file: NewFile, source: Bytes, signal: AbortSignal): Promise<UploadOutcome> {
    return this.parts.transfers.uploads.upload(file, source, signal);
  }

  override download(node: NodeUid, signal: AbortSignal): Bytes {
    return this.parts.transfers.downloads.download(node, signal);
  }

  override sample(
    node: NodeUid,
    range: { readonly start: number; readonly end: number },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    return this.parts.transfers.downloads.sample(node, range, signal);
  }

  override links(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly LinkFacts[]> {
    return this.#run(signal, ({ nodes: { listing } }) => listing.links(nodes));
  }

  override describe(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly NodeFacts[]> {
    return this.#run(signal, ({ nodes: { descriptions } }, within) => descriptions.describe(nodes, within));
  }

  override async *children(folder: NodeUid, signal: AbortSignal): AsyncGenerator<NodeFacts> {
    const operation = this.parts.operations.begin(signal);
    const { listing, descriptions } = this.parts.nodes;
    const pages = listing.children(folder);
    try {
      for (;;) {
        const page = await this.parts.operations.translated(operation, () => pages.next());
        if (page.done) return;
        yield* await this.parts.operations.translated(operation, () =>
          descriptions.describe(page.value, operation.signal),
        );
      }
    } finally {
      operation.stop(new Fault('service.draining'));
    }
  }

  override removeDraft(parent: NodeUid, name: string, signal: AbortSignal): Promise<boolean> {
    return this.#run(signal, ({ nodes }, within) => nodes.folders.removeDraft(parent, name, within));
  }

  override trash(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    return this.#run(signal, ({ nodes: { lifecycle } }) => lifecycle.trash(nodes));
  }

  override restore(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    return this.#run(signal, ({ nodes: { lifecycle } }) => lifecycle.restore(nodes));
  }

  override remove(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    return this.#run(signal, ({ nodes: { lifecycle } }, within) => lifecycle.remove(nodes, within));
  }

  override events(since: string | null, signal: AbortSignal): Promise<VolumeChanges> {
    return this.#run(signal, async ({ nodes: { folders, volumeEvents } }) =>
      volumeEvents.since(await folders.root(), since),
    );
  }

  override space(signal: AbortSignal): Promise<{ readonly usedBytes: number; readonly maxBytes: number }> {
    return this.#run(signal, ({ account }) => account.space());
  }

  /** Ends what is under way with `service.draining`, as everything that is called later. */
  async close(): Promise<void> {
    this.parts.operations.close();
    this.release();
  }

  #run<T>(signal: AbortSignal, call: (parts: Parts, within: AbortSignal) => Promise<T>): Promise<T> {
    return this.parts.operations.run(signal, (operation) => call(this.parts, operation.signal));
  }
}

/**
 * Makes the Drive of a process that runs nothing else: the SDK is patched in it, and rejections that the SDK leaves behind
 * are swallowed. Sends nothing before the first call. Faults: `configuration.invalid` for a host that is not Proton's.
 */
export const createSdkDrive = (config: SdkConfig, host: DriveHost): SdkDrive => {
  patchSdk();
  const operations = new Operations();
  const http = new DriveHttp(config, host, operations);
  const api = new ApiCalls(http);
  const account = new OwnAccount(api, host);
  const clients = new SdkClients(config, http, account);
  const listing = new LinkListing(api);
  const descriptions = new Descriptions(
    new LastingClient(() => clients.makeForgetful('descriptions')),
    listing,
    account,
  );
  const slots = new Slots({
    count: config.transfersMax,
    make: (role) => clients.make(role),
    replaced: () => config.onTelemetry?.({ event: 'slotReplaced' }),
  });
  const parts: Parts = {
    operations,
    account,
    nodes: {
      listing,
      descriptions,
      folders: new Folders(clients, descriptions, listing),
      lifecycle: new Lifecycle(api, listing, (nodes) => clients.forget(nodes)),
      volumeEvents: new VolumeEvents(api),
    },
    transfers: {
      uploads: new Uploads(operations, slots, clients, listing),
      downloads: new Downloads(operations, slots, listing),
    },
  };
  return new SdkDrive(
    parts,
    guardAgainstStrays(() => config.onTelemetry?.({ event: 'strayRejection' })),
  );
};
