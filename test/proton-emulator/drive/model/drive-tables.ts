import { storedBytes, type Link, type Revision, type Volume, type VolumeEvent } from './records.js';

/** All rows, by their ids: plain JSON, changed in place. */
export interface DriveRows {
  readonly volumes: Record<string, Volume>;
  readonly links: Record<string, Link>;
  readonly revisions: Record<string, Revision>;
  readonly events: Record<string, VolumeEvent[]>;
}

export const noRows = (): DriveRows => ({ volumes: {}, links: {}, revisions: {}, events: {} });

/** The rows and their indexes; the rules are in the modules beside. */
export class DriveTables {
  private readonly childIds = new Map<string, Set<string>>();
  /** `parent hash` to the one draft or finished node of that name; trashed nodes free theirs. */
  private readonly names = new Map<string, string>();
  private readonly trashIds = new Set<string>();
  private readonly revisionIds = new Map<string, Set<string>>();
  private storedBytes = 0;

  constructor(private rows: DriveRows) {
    this.open(rows);
  }

  /** Other rows from now on. */
  open(rows: DriveRows): void {
    this.rows = rows;
    for (const index of [this.childIds, this.names, this.trashIds, this.revisionIds]) index.clear();
    this.storedBytes = 0;
    for (const link of Object.values(rows.links)) this.putLink(link);
    for (const revision of Object.values(rows.revisions)) this.indexRevision(revision);
  }

  volume(volumeId: string): Volume | undefined {
    return this.rows.volumes[volumeId];
  }

  volumes(): readonly Volume[] {
    return Object.values(this.rows.volumes);
  }

  putVolume(volume: Volume): void {
    this.rows.volumes[volume.volumeId] = volume;
    this.rows.events[volume.volumeId] = [];
  }

  /** Oldest first; the array itself, to be added to. */
  events(volumeId: string): VolumeEvent[] {
    return this.rows.events[volumeId] ?? [];
  }

  link(linkId: string): Link | undefined {
    return this.rows.links[linkId];
  }

  links(): readonly Link[] {
    return Object.values(this.rows.links);
  }

  /** Adds or replaces; one that stays where it is keeps its place in the listing. */
  putLink(link: Link): void {
    this.unname(link.linkId);
    this.rows.links[link.linkId] = link;
    const trashed = link.state === 'trashed';
    if (trashed) this.trashIds.add(link.linkId);
    else this.trashIds.delete(link.linkId);
    if (link.parentLinkId === null) return;
    const siblings = inSet(this.childIds, link.parentLinkId);
    if (trashed) siblings.delete(link.linkId);
    else siblings.add(link.linkId);
    if (!trashed && link.nameHash !== null) this.names.set(nameKey(link.parentLinkId, link.nameHash), link.linkId);
  }

  removeLink(linkId: string): void {
    const link = this.link(linkId);
    this.unname(linkId);
    delete this.rows.links[linkId];
    this.trashIds.delete(linkId);
    if (link?.parentLinkId != null) this.childIds.get(link.parentLinkId)?.delete(linkId);
    this.childIds.delete(linkId);
    for (const revision of this.revisions(linkId)) this.removeRevision(revision.revisionId);
    this.revisionIds.delete(linkId);
  }

  moveLink(link: Link, from: string): void {
    this.unname(link.linkId);
    this.childIds.get(from)?.delete(link.linkId);
    this.putLink(link);
  }

  private unname(linkId: string): void {
    const link = this.link(linkId);
    if (link === undefined || link.parentLinkId === null || link.nameHash === null) return;
    const key = nameKey(link.parentLinkId, link.nameHash);
    if (this.names.get(key) === linkId) this.names.delete(key);
  }

  named(parentLinkId: string, nameHash: string): Link | undefined {
    const linkId = this.names.get(nameKey(parentLinkId, nameHash));
    return linkId === undefined ? undefined : this.link(linkId);
  }

  /** Drafts and finished nodes, in the order in which they came. */
  children(parentLinkId: string): readonly Link[] {
    return [...(this.childIds.get(parentLinkId) ?? [])].flatMap((linkId) => this.link(linkId) ?? []);
  }

  childCount(parentLinkId: string): number {
    return this.childIds.get(parentLinkId)?.size ?? 0;
  }

  trashed(volumeId: string): readonly Link[] {
    return [...this.trashIds].flatMap((linkId) => this.link(linkId) ?? []).filter((l) => l.volumeId === volumeId);
  }

  revision(revisionId: string): Revision | undefined {
    return this.rows.revisions[revisionId];
  }

  /** Oldest first. */
  revisions(linkId: string): readonly Revision[] {
    return [...(this.revisionIds.get(linkId) ?? [])].flatMap((revisionId) => this.revision(revisionId) ?? []);
  }

  /** Adds or replaces. */
  putRevision(revision: Revision): void {
    this.removeRevision(revision.revisionId);
    this.rows.revisions[revision.revisionId] = revision;
    this.indexRevision(revision);
  }

  private indexRevision(revision: Revision): void {
    this.storedBytes += storedBytes(revision);
    inSet(this.revisionIds, revision.linkId).add(revision.revisionId);
  }

  removeRevision(revisionId: string): void {
    const revision = this.revision(revisionId);
    if (revision === undefined) return;
    this.storedBytes -= storedBytes(revision);
    this.revisionIds.get(revision.linkId)?.delete(revisionId);
    delete this.rows.revisions[revisionId];
  }

  /** Of drafts and of the trash too. */
  usedBytes(): number {
    return this.storedBytes;
  }
}

const nameKey = (parentLinkId: string, nameHash: string): string => `${parentLinkId} ${nameHash}`;

function inSet(sets: Map<string, Set<string>>, key: string): Set<string> {
  const known = sets.get(key);
  if (known !== undefined) return known;
  const made = new Set<string>();
  sets.set(key, made);
  return made;
}
