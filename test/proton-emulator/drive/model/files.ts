import { newId } from '../../ids.js';
import type { DriveContext } from './drive-context.js';
import { logChange } from './event-log.js';
import type { FileLink, NodeEnvelope, Revision } from './records.js';
import { DriveRefusal } from './refusal.js';

export interface FileContent {
  readonly mediaType: string;
  readonly contentKeyPacket: string;
  readonly contentKeyPacketSignature: string | null;
}

/** Who writes a draft (so that a client knows its own again), and how much is to come. */
export interface DraftOrder {
  readonly clientUid: string | null;
  readonly intendedBytes: number;
}

export interface NewFile {
  readonly link: FileLink;
  readonly revision: Revision;
}

/** A draft holds its name at once, but is in no listing until it is committed. */
export function createFile(
  drive: DriveContext,
  place: { readonly volumeId: string; readonly parentLinkId: string },
  envelope: NodeEnvelope & { readonly nameHash: string },
  content: FileContent & DraftOrder,
): NewFile {
  drive.requireRoom(drive.parent(place.volumeId, place.parentLinkId), envelope.nameHash);
  drive.requireSpace('quota', content.intendedBytes, content.intendedBytes);
  const { mediaType, contentKeyPacket, contentKeyPacketSignature, clientUid } = content;
  const linkId = newId();
  const revision = draft(drive, linkId, clientUid);
  const at = drive.now();
  const link: FileLink = {
    type: 'file',
    linkId,
    state: 'draft',
    ...{ createdAt: at, modifiedAt: at, trashedAt: null },
    ...place,
    ...envelope,
    ...{ mediaType, contentKeyPacket, contentKeyPacketSignature },
    activeRevisionId: null,
    draftRevisionId: revision.revisionId,
  };
  drive.tables.putLink(link);
  drive.tables.putRevision(revision);
  return { link, revision };
}

/** Of a finished file; one draft at a time, and only upon the revision that is the newest. */
export function createRevision(
  drive: DriveContext,
  place: { readonly volumeId: string; readonly linkId: string },
  order: DraftOrder & { readonly currentRevisionId: string | null },
): Revision {
  const link = drive.file(place.volumeId, place.linkId);
  if (link.state !== 'active') throw new DriveRefusal('wrongState', 'The file is a draft or in the trash');
  const open = link.draftRevisionId === null ? undefined : drive.tables.revision(link.draftRevisionId);
  if (open !== undefined) throw anotherDraft(link, open);
  if (order.currentRevisionId !== null && order.currentRevisionId !== link.activeRevisionId) {
    throw new DriveRefusal('outdated', 'The submitted revision is no longer up to date', undefined, 409);
  }
  drive.requireSpace('quota', order.intendedBytes, order.intendedBytes);
  const revision = draft(drive, link.linkId, order.clientUid);
  drive.tables.putRevision(revision);
  drive.tables.putLink({ ...link, draftRevisionId: revision.revisionId });
  return revision;
}

export interface Commitment {
  readonly manifestSignature: string;
  readonly signatureEmail: string | null;
  readonly xAttr: string | null;
}

/** The draft that a commit or an upload may change. */
export function openDraft(link: FileLink, revision: Revision): void {
  if (link.state === 'trashed' || revision.state !== 'draft') {
    throw new DriveRefusal('wrongState', 'The revision is no draft');
  }
}

/** Every block that was announced has to be there, from the first on without a gap. */
export function requireComplete(revision: Revision): void {
  const present = new Set(revision.blocks.map(({ index }) => index));
  const gap = revision.blocks.some(({ index }, at) => index !== at + 1);
  if (gap || revision.slots.some(({ index }) => !present.has(index))) {
    throw new DriveRefusal('invalid', 'Not all blocks of the revision have been uploaded');
  }
}

/** The draft becomes what readers get; what was before stays as an older revision. */
export function commit(drive: DriveContext, link: FileLink, revision: Revision, commitment: Commitment): void {
  drive.requireSpace('space', 0, 0);
  const before = link.activeRevisionId === null ? undefined : drive.tables.revision(link.activeRevisionId);
  if (before !== undefined) drive.tables.putRevision({ ...before, state: 'obsolete' });
  drive.tables.putRevision({ ...revision, ...commitment, state: 'active' });
  const { revisionId } = revision;
  const modifiedAt = drive.now();
  const active: FileLink = {
    ...link,
    state: 'active',
    activeRevisionId: revisionId,
    draftRevisionId: null,
    modifiedAt,
  };
  drive.tables.putLink(active);
  logChange(drive.tables, before === undefined ? 'create' : 'update', active, modifiedAt);
}

/** Of an older revision or of a draft upon a finished file. */
export function removeRevision(drive: DriveContext, link: FileLink, revision: Revision): void {
  if (revision.state === 'active') throw new DriveRefusal('wrongState', 'The active revision cannot be deleted');
  if (link.state === 'draft') throw new DriveRefusal('wrongState', 'Delete the draft file instead');
  drive.tables.removeRevision(revision.revisionId);
  if (link.draftRevisionId === revision.revisionId) drive.tables.putLink({ ...link, draftRevisionId: null });
}

function draft(drive: DriveContext, linkId: string, clientUid: string | null): Revision {
  return {
    revisionId: newId(),
    linkId,
    clientUid,
    state: 'draft',
    createdAt: drive.now(),
    ...{ manifestSignature: null, signatureEmail: null, xAttr: null },
    slots: [],
    blocks: [],
  };
}

function anotherDraft(link: FileLink, open: Revision): DriveRefusal {
  const conflict = {
    ConflictLinkID: link.linkId,
    ConflictRevisionID: null,
    ConflictDraftRevisionID: open.revisionId,
    ConflictDraftClientUID: open.clientUid,
    RevisionID: open.revisionId,
  };
  return new DriveRefusal('nameTaken', 'A draft of this file is open already', conflict, 409);
}
