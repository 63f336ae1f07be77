import type { Bytes } from '#application/ports/blob-store.js';
import type { Clock } from '#application/ports/clock.js';
import { isFault } from '#domain/fault/fault.js';
import {
  Drive,
  type LinkFacts,
  type NewFile,
  type NodeFacts,
  type NodeUid,
  type UploadOutcome,
  type VolumeChanges,
} from '../drive.js';
import { FolderHome, type Standing } from './folder-home.js';
import { FolderOwners } from './folder-owners.js';

/** For a larger file the calls for its folder are nothing, and a core that stands idle meanwhile is much. */
const SMALL_BYTES = 4 * 1024 * 1024;

/**
 * One Drive made of several that do not share what they know. To know a folder costs a call and a decryption, so what has to do
 * with one goes where it is known: it is made beside its parent, small files are uploaded where their folder was made or last
 * used unless that one is much busier, and are looked at there, several in one request. Everything else goes to whichever does
 * the least. One that is down gets nothing while another is up.
 */
export class FolderHomes extends Drive {
  private readonly homes: readonly FolderHome[];
  private readonly owners = new FolderOwners();

  /** `transfersMax`: how many each of them carries out at once. */
  constructor(standings: readonly Standing[], transfersMax: number, clock: Clock) {
    super();
    this.homes = standings.map((standing) => new FolderHome(standing, transfersMax, clock));
  }

  override root(signal: AbortSignal): Promise<NodeUid> {
    return this.call((drive) => drive.root(signal));
  }

  override async ensureFolder(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid> {
    const home = this.forFolderIn(parent);
    const folder = await home.carry('call', (drive) => drive.ensureFolder(parent, name, signal));
    this.owners.keepFolder(folder, home, parent);
    return folder;
  }

  override find(parent: NodeUid, name: string, signal: AbortSignal): Promise<NodeUid | null> {
    return this.knowing(parent).carry('call', (drive) => drive.find(parent, name, signal));
  }

  override async upload(file: NewFile, source: Bytes, signal: AbortSignal): Promise<UploadOutcome> {
    const home = this.forUpload(file);
    try {
      const outcome = await home.carry(isSmall(file) ? 'small' : 'large', (drive) =>
        drive.upload(file, source, signal),
      );
      this.owners.keepFolder(file.parent, home);
      this.owners.keepFreshFile(outcome.node, home);
      return outcome;
    } catch (error) {
      // Its process may be gone, and what that knew with it.
      if (isFault(error, 'vault.unavailable')) this.owners.forgetFolder(file.parent);
      throw error;
    }
  }

  override download(node: NodeUid, signal: AbortSignal): Bytes {
    return this.idlest().stream('large', (drive) => drive.download(node, signal));
  }

  override sample(
    node: NodeUid,
    range: { readonly start: number; readonly end: number },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    return this.idlest().carry('large', (drive) => drive.sample(node, range, signal));
  }

  override links(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly LinkFacts[]> {
    return this.call((drive) => drive.links(nodes, signal));
  }

  override describe(nodes: readonly NodeUid[], signal: AbortSignal): Promise<readonly NodeFacts[]> {
    const [node, ...others] = nodes;
    const home = node === undefined || others.length > 0 ? null : this.owners.takeFreshFile(node);
    return node !== undefined && home?.isUp === true
      ? home.looks.look(node, signal)
      : this.call((drive) => drive.describe(nodes, signal));
  }

  override children(folder: NodeUid, signal: AbortSignal): AsyncIterable<NodeFacts> {
    return this.idlest().stream('call', (drive) => drive.children(folder, signal));
  }

  override removeDraft(parent: NodeUid, name: string, signal: AbortSignal): Promise<boolean> {
    return this.knowing(parent).carry('call', (drive) => drive.removeDraft(parent, name, signal));
  }

  override trash(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    return this.call((drive) => drive.trash(nodes, signal));
  }

  override restore(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    return this.call((drive) => drive.restore(nodes, signal));
  }

  override remove(nodes: readonly NodeUid[], signal: AbortSignal): Promise<void> {
    return this.call((drive) => drive.remove(nodes, signal));
  }

  override events(since: string | null, signal: AbortSignal): Promise<VolumeChanges> {
    return this.call((drive) => drive.events(since, signal));
  }

  override space(signal: AbortSignal): Promise<{ readonly usedBytes: number; readonly maxBytes: number }> {
    return this.call((drive) => drive.space(signal));
  }

  private call<T>(work: (drive: Drive) => Promise<T>): Promise<T> {
    return this.idlest().carry('call', work);
  }

  private knowing(folder: NodeUid): FolderHome {
    const home = this.owners.ofFolder(folder);
    return home?.isUp === true ? home : this.idlest();
  }

  /** The folders of files lie beside their parent, and each such parent where there are the fewest. */
  private forFolderIn(parent: NodeUid): FolderHome {
    const home = this.owners.hasGrandchildren(parent) ? null : this.owners.ofFolder(parent);
    return home?.isUp === true ? home : least(this.up(), ({ folders }) => folders);
  }

  private forUpload(file: NewFile): FolderHome {
    const idlest = this.idlest();
    const home = isSmall(file) ? this.knowing(file.parent) : idlest;
    return home.isBusyBeside(idlest) ? idlest : home;
  }

  private idlest(): FolderHome {
    return least(this.up(), ({ load }) => load);
  }

  /** All while none is: they wait for it then, each for so long. */
  private up(): readonly FolderHome[] {
    const up = this.homes.filter(({ isUp }) => isUp);
    return up.length > 0 ? up : this.homes;
  }
}

const least = (homes: readonly FolderHome[], measure: (home: FolderHome) => number): FolderHome =>
  homes.reduce((best, home) => (measure(home) < measure(best) ? home : best));

const isSmall = ({ mark }: NewFile): boolean => mark.size <= SMALL_BYTES;
