import type { Bytes } from '#application/ports/blob-store.js';
import type { Oid, Sha1 } from '#domain/oid.js';

/** `volumeId~linkId`, as the SDK writes it. */
export type NodeUid = string;
/** `volumeId~linkId~revisionId`. */
export type RevisionUid = string;

/** What Ballast writes into the encrypted attributes of each of its files: the store describes itself. */
export interface BallastMark {
  readonly v: 1;
  readonly oid: Oid;
  readonly size: number;
}

export interface NewFile {
  readonly parent: NodeUid;
  readonly name: string;
  readonly mark: BallastMark;
  /** Checked by the SDK before it commits, where it is known. */
  readonly sha1: Sha1 | null;
}

export type UploadOutcome =
  | { readonly outcome: 'uploaded'; readonly node: NodeUid; readonly revision: RevisionUid }
  /** A finished node (file or folder) bears the name; nothing was read from the source beyond what was buffered. */
  | { readonly outcome: 'exists'; readonly node: NodeUid };

/** A node as its decrypted attributes tell (verification L1). */
export interface NodeFacts {
  readonly node: NodeUid;
  readonly parent: NodeUid | null;
  readonly kind: 'file' | 'folder';
  readonly name: string;
  readonly trashed: boolean;
  readonly revision: RevisionUid | null;
  readonly storedBytes: number | null;
  /** Size and SHA-1 of the plaintext that the uploader claims. */
  readonly claimedBytes: number | null;
  readonly claimedSha1: string | null;
  /** The `Ballast` attribute, unchecked JSON; null when there is none. */
  readonly mark: unknown;
  /** True when keys, name and content were signed by the account itself. */
  readonly authentic: boolean;
}

/** A node as the server lists it, nothing decrypted (verification L0). */
export interface LinkFacts {
  readonly node: NodeUid;
  readonly state: 'draft' | 'active' | 'trashed';
  readonly revision: RevisionUid | null;
  readonly storedBytes: number | null;
}

/** What happened to a node, by whomever. `moved`: its name or place may have changed; `changed`: it is new, or its content is. */
export interface NodeChange {
  readonly node: NodeUid;
  /** Folder that it lies in now; null where that is not told. */
  readonly parent: NodeUid | null;
  readonly kind: 'deleted' | 'trashed' | 'changed' | 'moved';
}

export interface VolumeChanges {
  /** To be given to the next call. */
  readonly cursor: string;
  readonly changes: readonly NodeChange[];
  /** True when there are more to be asked for at once. */
  readonly more: boolean;
  /** True when what happened since is not known any more: everything has to be looked at. */
  readonly refresh: boolean;
}

/**
 * Proton Drive by nodes: what the vault is built on. Implemented by the SDK in a process of its own, by what keeps such a process
 * running, and by what spreads the work over several; the same in all.
 *
 * Every call first asks the gate (limiter, breakers), so it may reject with the fault of a stop before anything is sent.
 * Faults: `vault.absent` (no such node), `vault.structure`, `vault.plan-limit`, `vault.corrupt`, `vault.undecryptable`,
 * `vault.unavailable`, those of STOP_RULES; errors that `source` throws come back as they are. All stop within a second of `signal`.
 */
export abstract class Drive {
  /** The account's own root folder; makes the volume of an account that has never used Drive. */
  abstract root(signal: AbortSignal): Promise<NodeUid>;
  /** Finds or makes a folder. `vault.structure` with `reason: 'too-many-children'` when the parent is full. */
  abstract ensureFolder(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid>;
  /** The finished node of that name, without listing; null when there is none (a draft is none). */
  abstract find(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid | null>;
  /**
   * Uploads one file; a draft of that name, by whomever, is removed first: the caller holds the lease on the object. Reads
   * `source` to its end before it commits; when it fails, no draft is left unless the connection is gone.
   */
  abstract upload(file: NewFile, source: Bytes, signal: AbortSignal): Promise<UploadOutcome>;
  /** The whole file, in order; block hashes and the manifest's signature are checked, the last before the end is told. */
  abstract download(node: NodeUid, signal: AbortSignal): Bytes;
  /** Bytes `start` to before `end`, decrypted (verification L2): proves the blocks that they lie in, no more. */
  abstract sample(
    node: NodeUid,
    range: { readonly start: number; readonly end: number },
    signal: AbortSignal,
  ): Promise<Uint8Array>;
  /** L0: up to any number of nodes, 100 a request; those that do not exist are left out. */
  abstract links(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly LinkFacts[]>;
  /** L1: asks the server, never a cache; those that do not exist are left out. */
  abstract describe(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly NodeFacts[]>;
  abstract children(folder: NodeUid, signal: AbortSignal): AsyncIterable<NodeFacts>;
  /** Removes a draft of that name left by a dead writer; true when there was one. The caller holds the lease. */
  abstract removeDraft(parent: NodeUid, name: string, signal: AbortSignal): Promise<boolean>;
  /** Idempotent. Into the trash, from which `restore` brings it back. */
  abstract trash(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void>;
  abstract restore(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void>;
  /** Idempotent. For good; trashes first where it has to. Never empties the account's trash. */
  abstract remove(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void>;
  /** What happened to the volume since the cursor of an earlier call, in order; with null only where to begin. */
  abstract events(since: string | null, signal: AbortSignal): Promise<VolumeChanges>;
  abstract space(signal: AbortSignal): Promise<{ readonly usedBytes: number; readonly maxBytes: number }>;
}
