/** What lies in Drive, as its operator stores it: names, keys and attributes are ciphertext made by the clients. */

export type LinkState = 'draft' | 'active' | 'trashed';

/** Seconds since the epoch, as every time on the wire. */
export type Seconds = number;

export interface Volume {
  readonly volumeId: string;
  readonly share: Share;
  readonly rootLinkId: string;
  readonly createdAt: Seconds;
}

export interface Share {
  readonly shareId: string;
  readonly addressId: string;
  readonly addressKeyId: string;
  readonly creatorEmail: string;
  readonly key: string;
  readonly passphrase: string;
  readonly passphraseSignature: string;
}

/** Keys and name of a node, as the client that made it (or renamed, or moved it) sent them. */
export interface NodeEnvelope {
  readonly name: string;
  /** HMAC of the name under the parent's hash key; null for a root. */
  readonly nameHash: string | null;
  readonly nodeKey: string;
  readonly nodePassphrase: string;
  readonly nodePassphraseSignature: string;
  readonly signatureEmail: string | null;
  readonly nameSignatureEmail: string | null;
}

interface LinkBase extends NodeEnvelope {
  readonly linkId: string;
  readonly volumeId: string;
  readonly parentLinkId: string | null;
  readonly state: LinkState;
  readonly createdAt: Seconds;
  readonly modifiedAt: Seconds;
  readonly trashedAt: Seconds | null;
}

export interface FolderLink extends LinkBase {
  readonly type: 'folder';
  readonly nodeHashKey: string;
  readonly xAttr: string | null;
}

export interface FileLink extends LinkBase {
  readonly type: 'file';
  readonly mediaType: string;
  readonly contentKeyPacket: string;
  readonly contentKeyPacketSignature: string | null;
  readonly activeRevisionId: string | null;
  readonly draftRevisionId: string | null;
}

export type Link = FolderLink | FileLink;

export interface Revision {
  readonly revisionId: string;
  readonly linkId: string;
  readonly state: 'draft' | 'active' | 'obsolete';
  readonly createdAt: Seconds;
  readonly clientUid: string | null;
  readonly manifestSignature: string | null;
  readonly signatureEmail: string | null;
  readonly xAttr: string | null;
  /** What an upload was asked for, one an index; each has to be there at the commit. */
  readonly slots: readonly BlockSlot[];
  /** Ascending by index. */
  readonly blocks: readonly Block[];
}

/** What a client said about a block before it sent it; null where newer clients say nothing. */
export interface BlockSlot {
  readonly blockId: string;
  readonly index: number;
  readonly hash: string | null;
  readonly bytes: number | null;
  /** Base64: the verification code XOR the first bytes of the ciphertext. */
  readonly verifier: string;
  readonly encSignature: string | null;
}

export interface Block {
  readonly blockId: string;
  readonly index: number;
  /** SHA-256 of the ciphertext, base64. */
  readonly hash: string;
  readonly bytes: number;
  readonly encSignature: string | null;
}

export type EventType = 'delete' | 'create' | 'update' | 'update-metadata';

export interface VolumeEvent {
  readonly eventId: string;
  readonly at: Seconds;
  /** Null for the one that stands before the first change. */
  readonly change: {
    readonly type: EventType;
    readonly linkId: string;
    readonly parentLinkId: string | null;
    readonly trashed: boolean;
  } | null;
}

export const storedBytes = (revision: Revision): number => revision.blocks.reduce((sum, { bytes }) => sum + bytes, 0);
