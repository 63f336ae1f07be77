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
import type { Peer } from './peer.js';
import type { CallContext, Service } from './service.js';

interface Range {
  readonly start: number;
  readonly end: number;
}

type Nodes = readonly NodeUid[];

/** A Drive as a service: `current` gives it, or throws while there is none. */
export const driveService = (current: () => Drive) =>
  ({
    root: async ({ signal }: CallContext) => current().root(signal),
    ensureFolder: async ({ signal }: CallContext, parent: NodeUid, name: string) =>
      current().ensureFolder(parent, name, signal),
    find: async ({ signal }: CallContext, parent: NodeUid, name: string) => current().find(parent, name, signal),
    upload: async ({ signal, source }: CallContext, file: NewFile) => current().upload(file, source as Bytes, signal),
    download: ({ signal }: CallContext, node: NodeUid) => current().download(node, signal),
    sample: async ({ signal }: CallContext, node: NodeUid, range: Range) => current().sample(node, range, signal),
    links: async ({ signal }: CallContext, nodes: Nodes) => current().links(nodes, signal),
    describe: async ({ signal }: CallContext, nodes: Nodes) => current().describe(nodes, signal),
    children: ({ signal }: CallContext, folder: NodeUid) => current().children(folder, signal),
    removeDraft: async ({ signal }: CallContext, parent: NodeUid, name: string) =>
      current().removeDraft(parent, name, signal),
    trash: async ({ signal }: CallContext, nodes: Nodes) => current().trash(nodes, signal),
    restore: async ({ signal }: CallContext, nodes: Nodes) => current().restore(nodes, signal),
    remove: async ({ signal }: CallContext, nodes: Nodes) => current().remove(nodes, signal),
    events: async ({ signal }: CallContext, since: string | null) => current().events(since, signal),
    space: async ({ signal }: CallContext) => current().space(signal),
  }) satisfies Service;

export type DriveService = ReturnType<typeof driveService>;

/** A Drive in another process. When that process ends, its calls reject with what the peer says of a lost connection. */
export class RemoteDrive extends Drive {
  constructor(private readonly peer: Peer<DriveService>) {
    super();
  }

  override root(signal: AbortSignal): Promise<NodeUid> {
    return this.peer.call('root', [], { signal });
  }

  override ensureFolder(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid> {
    return this.peer.call('ensureFolder', [parent, name], { signal });
  }

  override find(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid | null> {
    return this.peer.call('find', [parent, name], { signal });
  }

  override upload(file: NewFile, source: Bytes, signal: AbortSignal): Promise<UploadOutcome> {
    return this.peer.call('upload', [file], { signal, source });
  }

  override download(node: NodeUid, signal: AbortSignal): Bytes {
    return this.peer.stream('download', [node], signal);
  }

  override sample(node: NodeUid, range: Range, signal: AbortSignal): Promise<Uint8Array> {
    return this.peer.call('sample', [node, range], { signal });
  }

  override links(nodes: Nodes, signal: AbortSignal): Promise<readonly LinkFacts[]> {
    return this.peer.call('links', [nodes], { signal });
  }

  override describe(nodes: Nodes, signal: AbortSignal): Promise<readonly NodeFacts[]> {
    return this.peer.call('describe', [nodes], { signal });
  }

  override children(folder: NodeUid, signal: AbortSignal): AsyncIterable<NodeFacts> {
    return this.peer.stream('children', [folder], signal);
  }

  override removeDraft(parent: NodeUid, name: string, signal: AbortSignal): Promise<boolean> {
    return this.peer.call('removeDraft', [parent, name], { signal });
  }

  override trash(nodes: Nodes, signal: AbortSignal): Promise<void> {
    return this.peer.call('trash', [nodes], { signal });
  }

  override restore(nodes: Nodes, signal: AbortSignal): Promise<void> {
    return this.peer.call('restore', [nodes], { signal });
  }

  override remove(nodes: Nodes, signal: AbortSignal): Promise<void> {
    return this.peer.call('remove', [nodes], { signal });
  }

  override events(since: string | null, signal: AbortSignal): Promise<VolumeChanges> {
    return this.peer.call('events', [since], { signal });
  }

  override space(signal: AbortSignal): Promise<{ readonly usedBytes: number; readonly maxBytes: number }> {
    return this.peer.call('space', [], { signal });
  }
}
