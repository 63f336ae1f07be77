import { createHash } from 'node:crypto';
import {
  Drive,
  type BallastMark,
  type LinkFacts,
  type NewFile,
  type NodeChange,
  type NodeFacts,
  type NodeUid,
  type UploadOutcome,
  type VolumeChanges,
} from '#adapters/proton-drive/drive.js';
import type { Bytes } from '#application/ports/blob-store.js';
import { Fault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';

export interface MemoryNode {
  readonly uid: NodeUid;
  readonly kind: 'file' | 'folder';
  parent: NodeUid | null;
  name: string;
  state: 'draft' | 'active' | 'trashed';
  revision: string | null;
  mark: unknown;
  sha1: string | null;
  authentic: boolean;
  bytes: Uint8Array;
}

/** Encryption adds to what is stored. */
const OVERHEAD = 77;
const PIECE = 65_536;
/** Nodes that one request of L0 names. */
const LINKS_A_REQUEST = 100;
const CHANGES_A_PAGE = 3;

/**
 * Proton Drive in memory, with what the vault has to cope with: drafts, names that are taken, trash that hides a node and frees
 * its name, nodes that vanish, a limit of children. `calls` has every call by name, `failNext` makes the next of them fail.
 */
export class MemoryDrive extends Drive {
  readonly nodes = new Map<NodeUid, MemoryNode>();
  readonly calls: string[] = [];
  /** What is told of the volume; only acts by `outside` get into it. Emptied: what was before is forgotten. */
  changes: NodeChange[] = [];
  private forgotten = 0;
  childrenMax = Infinity;
  private readonly failures: { readonly call: string; readonly code: FaultCode }[] = [];
  private nextId = 1;

  failNext(call: string, code: FaultCode): void {
    this.failures.push({ call, code });
  }

  /** How often a call was made. */
  count(call: string): number {
    return this.calls.filter((made) => made === call).length;
  }

  named(name: string, state: MemoryNode['state'] = 'active'): MemoryNode[] {
    return [...this.nodes.values()].filter((node) => node.name === name && node.state === state);
  }

  /** Makes a node as somebody else might, in the web app or by a writer that died. */
  plant(node: Partial<MemoryNode> & { readonly parent: NodeUid; readonly name: string }): MemoryNode {
    const uid = `volume~link${this.nextId++}`;
    const kind = node.kind ?? 'file';
    const planted: MemoryNode = {
      ...{ kind, state: 'active', mark: null, sha1: null, authentic: true, bytes: new Uint8Array() },
      ...{ revision: kind === 'file' ? `${uid}~revision${this.nextId++}` : null },
      ...node,
      uid,
    };
    this.nodes.set(uid, planted);
    return planted;
  }

  override async root(signal: AbortSignal): Promise<NodeUid> {
    await this.begin('root', signal);
    const root = [...this.nodes.values()].find(({ parent }) => parent === null);
    if (root) return root.uid;
    const made = this.plant({ parent: '', name: 'root', kind: 'folder' });
    made.parent = null;
    return made.uid;
  }

  override async ensureFolder(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid> {
    await this.begin('ensureFolder', signal);
    this.folder(parent);
    const found = this.child(parent, name);
    if (found?.kind === 'folder') return found.uid;
    if (found) throw new Fault('vault.structure', { reason: 'not-a-folder' });
    this.expectRoom(parent);
    return this.plant({ parent, name, kind: 'folder' }).uid;
  }

  override async find(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid | null> {
    await this.begin('find', signal);
    this.folder(parent);
    return this.child(parent, name)?.uid ?? null;
  }

  override async upload(file: NewFile, source: Bytes, signal: AbortSignal): Promise<UploadOutcome> {
    const { parent, name, mark, sha1 } = file;
    await this.begin('upload', signal);
    this.folder(parent);
    const taken = this.child(parent, name);
    if (taken) return { outcome: 'exists', node: taken.uid };
    for (const draft of this.drafts(parent, name)) this.nodes.delete(draft.uid);
    this.expectRoom(parent);
    const draft = this.plant({ parent, name, state: 'draft' });
    try {
      const bytes = await received(source, mark, signal);
      const digest = createHash('sha1').update(bytes).digest('hex');
      if (sha1 !== null && digest !== sha1) throw new Fault('vault.corrupt', { reason: 'sha1' });
      if (!this.nodes.has(draft.uid)) throw new Fault('vault.unavailable', { reason: 'the draft is gone' });
      Object.assign(draft, { bytes, mark, sha1: digest, state: 'active' });
      return { outcome: 'uploaded', node: draft.uid, revision: draft.revision ?? '' };
    } catch (error) {
      this.nodes.delete(draft.uid);
      throw error;
    }
  }

  override async *download(node: NodeUid, signal: AbortSignal): Bytes {
    await this.begin('download', signal);
    const { bytes } = this.file(node);
    for (let at = 0; at < bytes.length; at += PIECE) {
      await turn(signal);
      yield bytes.subarray(at, at + PIECE);
    }
  }

  override async sample(
    node: NodeUid,
    { start, end }: { readonly start: number; readonly end: number },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    await this.begin('sample', signal);
    const { bytes, authentic } = this.file(node);
    if (!authentic) throw new Fault('vault.undecryptable', { node });
    return bytes.subarray(start, end);
  }

  override async links(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly LinkFacts[]> {
    for (let at = 0; at < nodes.length; at += LINKS_A_REQUEST) await this.begin('links', signal);
    return nodes.flatMap((uid) => {
      const node = this.nodes.get(uid);
      return node ? [{ node: uid, state: node.state, revision: node.revision, storedBytes: storedBytes(node) }] : [];
    });
  }

  override async describe(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly NodeFacts[]> {
    await this.begin('describe', signal);
    return nodes.flatMap((uid) => {
      const node = this.nodes.get(uid);
      return node === undefined || node.state === 'draft' ? [] : [factsOf(node)];
    });
  }

  override async *children(folder: NodeUid, signal: AbortSignal): AsyncIterable<NodeFacts> {
    await this.begin('children', signal);
    this.folder(folder);
    for (const node of [...this.nodes.values()])
      if (node.parent === folder && node.state === 'active') yield factsOf(node);
  }

  override async removeDraft(parent: NodeUid, name: string, signal: AbortSignal): Promise<boolean> {
    await this.begin('removeDraft', signal);
    const drafts = this.drafts(parent, name);
    for (const { uid } of drafts) this.nodes.delete(uid);
    return drafts.length > 0;
  }

  override async trash(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    await this.begin('trash', signal);
    for (const uid of nodes) Object.assign(this.nodes.get(uid) ?? {}, { state: 'trashed' });
  }

  override async restore(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    await this.begin('restore', signal);
    for (const uid of nodes) Object.assign(this.nodes.get(uid) ?? {}, { state: 'active' });
  }

  override async remove(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    await this.begin('remove', signal);
    for (const uid of nodes) this.delete(uid);
  }

  override async events(since: string | null, signal: AbortSignal): Promise<VolumeChanges> {
    await this.begin('events', signal);
    const latest = this.forgotten + this.changes.length;
    const from = since === null ? -1 : Number(since) - this.forgotten;
    if (from < 0) return { cursor: String(latest), changes: [], more: false, refresh: true };
    const changes = this.changes.slice(from, from + CHANGES_A_PAGE);
    const until = this.forgotten + from + changes.length;
    return { cursor: String(until), changes, more: until < latest, refresh: false };
  }

  override async space(signal: AbortSignal): Promise<{ readonly usedBytes: number; readonly maxBytes: number }> {
    await this.begin('space', signal);
    const usedBytes = [...this.nodes.values()].reduce((sum, node) => sum + node.bytes.length, 0);
    return { usedBytes, maxBytes: 2 ** 40 };
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  /** As somebody in the web app: it is told of by `events`, of a folder's content nothing. */
  outside(node: MemoryNode, kind: NodeChange['kind']): void {
    if (kind === 'trashed') node.state = 'trashed';
    if (kind === 'deleted') this.delete(node.uid);
    this.changes.push({ node: node.uid, parent: kind === 'deleted' ? null : node.parent, kind });
  }

  /** Nothing is known any more of what happened until now. */
  forgetChanges(): void {
    this.forgotten += this.changes.length + 1;
    this.changes = [];
  }

  /** A folder goes with all that is in it. */
  delete(uid: NodeUid): void {
    this.nodes.delete(uid);
    for (const node of [...this.nodes.values()]) if (node.parent === uid) this.delete(node.uid);
  }

  private async begin(call: string, signal: AbortSignal): Promise<void> {
    await turn(signal);
    this.calls.push(call);
    const failing = this.failures.findIndex((failure) => failure.call === call);
    if (failing < 0) return;
    const [failure] = this.failures.splice(failing, 1);
    if (failure) throw new Fault(failure.code, { reason: 'told to' });
  }

  private folder(uid: NodeUid): MemoryNode {
    const node = this.nodes.get(uid);
    if (node?.kind !== 'folder') throw new Fault('vault.absent', { node: uid });
    if (node.state !== 'active') throw new Fault('vault.structure', { reason: 'trashed' });
    return node;
  }

  private file(uid: NodeUid): MemoryNode {
    const node = this.nodes.get(uid);
    if (node?.kind !== 'file' || node.state === 'draft') throw new Fault('vault.absent', { node: uid });
    return node;
  }

  private child(parent: NodeUid, name: string): MemoryNode | undefined {
    return this.named(name).find((node) => node.parent === parent);
  }

  private drafts(parent: NodeUid, name: string): MemoryNode[] {
    return this.named(name, 'draft').filter((node) => node.parent === parent);
  }

  private expectRoom(parent: NodeUid): void {
    const children = [...this.nodes.values()].filter((node) => node.parent === parent && node.state !== 'trashed');
    if (children.length >= this.childrenMax) throw new Fault('vault.structure', { reason: 'too-many-children' });
  }
}

const turn = async (signal: AbortSignal): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
};

const received = async (source: Bytes, mark: BallastMark, signal: AbortSignal): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  for await (const part of source) {
    await turn(signal);
    parts.push(Uint8Array.from(part));
  }
  signal.throwIfAborted();
  const bytes = Buffer.concat(parts);
  if (bytes.length !== mark.size) throw new Fault('vault.corrupt', { reason: 'size' });
  return bytes;
};

const storedBytes = (node: MemoryNode): number | null => (node.kind === 'file' ? node.bytes.length + OVERHEAD : null);

const factsOf = (node: MemoryNode): NodeFacts => ({
  node: node.uid,
  parent: node.parent,
  kind: node.kind,
  name: node.name,
  trashed: node.state === 'trashed',
  revision: node.revision,
  storedBytes: storedBytes(node),
  claimedBytes: node.kind === 'file' ? node.bytes.length : null,
  claimedSha1: node.sha1,
  mark: node.mark,
  authentic: node.authentic,
});
