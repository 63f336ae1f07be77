import type { DriveContext } from './drive-context.js';
import { beginLog, logChange } from './event-log.js';
import { newId } from '../../ids.js';
import type { FolderLink, Link, NodeEnvelope, Share, Volume } from './records.js';
import { DriveRefusal } from './refusal.js';

export interface FolderContent {
  readonly nodeHashKey: string;
  readonly xAttr: string | null;
}

/** The keys of a new volume are made by its first client. There is one volume to an account here. */
export function createVolume(
  drive: DriveContext,
  share: Omit<Share, 'shareId'>,
  root: NodeEnvelope,
  content: FolderContent,
): Volume {
  if (drive.tables.volumes().length > 0) throw new DriveRefusal('wrongState', 'The account has a volume already');
  const volumeId = newId();
  const link = folder(drive, { volumeId, parentLinkId: null }, root, content);
  const volume = { volumeId, share: { ...share, shareId: newId() }, rootLinkId: link.linkId, createdAt: drive.now() };
  drive.tables.putVolume(volume);
  drive.tables.putLink(link);
  beginLog(drive.tables, volumeId, drive.now());
  return volume;
}

export function createFolder(
  drive: DriveContext,
  place: { readonly volumeId: string; readonly parentLinkId: string },
  envelope: NodeEnvelope & { readonly nameHash: string },
  content: FolderContent,
): FolderLink {
  drive.requireRoom(drive.parent(place.volumeId, place.parentLinkId), envelope.nameHash);
  const link = folder(drive, place, envelope, content);
  drive.tables.putLink(link);
  logChange(drive.tables, 'create', link, drive.now());
  return link;
}

export interface NewName {
  readonly name: string;
  readonly nameHash: string;
  readonly nameSignatureEmail: string | null;
  /** What the client believes the hash to be, against a race with another rename. */
  readonly originalHash: string | null;
}

export function rename(drive: DriveContext, place: { volumeId: string; linkId: string }, to: NewName): void {
  const link = movable(drive, drive.link(place.volumeId, place.linkId), to.originalHash);
  const holder = drive.tables.named(link.parentLinkId, to.nameHash);
  if (holder !== undefined && holder.linkId !== link.linkId) throw drive.nameTaken(holder);
  const { name, nameHash, nameSignatureEmail } = to;
  const renamed: Link = { ...link, name, nameHash, nameSignatureEmail, modifiedAt: drive.now() };
  drive.tables.putLink(renamed);
  logChange(drive.tables, 'update-metadata', renamed, drive.now());
}

export interface NewPlace extends NewName {
  readonly parentLinkId: string;
  readonly nodePassphrase: string;
  /** Null: the signature stays. */
  readonly nodePassphraseSignature: string | null;
  readonly signatureEmail: string | null;
}

export function move(drive: DriveContext, place: { volumeId: string; linkId: string }, to: NewPlace): void {
  const link = movable(drive, drive.link(place.volumeId, place.linkId), to.originalHash);
  placeUnder(drive, link, to.parentLinkId, {
    name: to.name,
    nameHash: to.nameHash,
    nameSignatureEmail: to.nameSignatureEmail ?? link.nameSignatureEmail,
    nodePassphrase: to.nodePassphrase,
    nodePassphraseSignature: to.nodePassphraseSignature ?? link.nodePassphraseSignature,
    signatureEmail: to.signatureEmail ?? link.signatureEmail,
  });
}

/** Refused where the node would be beneath itself. */
export function placeUnder(
  drive: DriveContext,
  link: Link & { readonly parentLinkId: string },
  parentLinkId: string,
  changes: Partial<NodeEnvelope>,
): void {
  const parent = drive.parent(link.volumeId, parentLinkId);
  for (let above: Link | undefined = parent; above !== undefined; above = upwards(drive, above)) {
    if (above.linkId === link.linkId) throw new DriveRefusal('invalid', 'A folder cannot be moved into itself');
  }
  const moved: Link = { ...link, ...changes, parentLinkId, modifiedAt: drive.now() };
  drive.requireRoom(parent, moved.nameHash ?? '', levels(drive, link));
  drive.tables.moveLink(moved, link.parentLinkId);
  logChange(drive.tables, 'update-metadata', moved, drive.now());
}

function movable(
  drive: DriveContext,
  link: Link,
  originalHash: string | null,
): Link & { readonly parentLinkId: string } {
  const { parentLinkId } = link;
  if (parentLinkId === null || drive.inTrash(link)) throw new DriveRefusal('wrongState', 'The node cannot be changed');
  if (originalHash !== null && originalHash !== link.nameHash)
    throw new DriveRefusal('outdated', 'The node has changed');
  return { ...link, parentLinkId };
}

function upwards(drive: DriveContext, link: Link): Link | undefined {
  return link.parentLinkId === null ? undefined : drive.tables.link(link.parentLinkId);
}

function levels(drive: DriveContext, link: Link): number {
  return 1 + Math.max(0, ...drive.tables.children(link.linkId).map((child) => levels(drive, child)));
}

function folder(
  drive: DriveContext,
  place: { readonly volumeId: string; readonly parentLinkId: string | null },
  envelope: NodeEnvelope,
  content: FolderContent,
): FolderLink {
  const at = drive.now();
  const times = { createdAt: at, modifiedAt: at, trashedAt: null };
  return { type: 'folder', linkId: newId(), state: 'active', ...place, ...times, ...envelope, ...content };
}
