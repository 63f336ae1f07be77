import type { NodeUid } from '../drive.js';
import type { FolderHome } from './folder-home.js';

/** All folders of the layout and their first overflows. */
const FOLDERS_MAX = 150_000;
/** Files whose look is still to come. */
const FRESH_FILES_MAX = 1_000;

interface Owned {
  readonly home: FolderHome;
  /** Null where it is not known. */
  readonly parent: NodeUid | null;
}

/** Who of several knows a folder, or has just uploaded a file. What was kept first is forgotten first. */
export class FolderOwners {
  private readonly folders = new Map<NodeUid, Owned>();
  private readonly freshFiles = new Map<NodeUid, FolderHome>();
  private readonly withGrandchildren = new Set<NodeUid>();

  ofFolder(folder: NodeUid): FolderHome | null {
    return this.folders.get(folder)?.home ?? null;
  }

  /** Told once, since there is one look at a file that was uploaded. */
  takeFreshFile(node: NodeUid): FolderHome | null {
    const home = this.freshFiles.get(node) ?? null;
    this.freshFiles.delete(node);
    return home;
  }

  keepFreshFile(node: NodeUid, home: FolderHome): void {
    this.freshFiles.set(node, home);
    const [oldest] = this.freshFiles.size > FRESH_FILES_MAX ? this.freshFiles.keys() : [];
    if (oldest !== undefined) this.freshFiles.delete(oldest);
  }

  keepFolder(folder: NodeUid, home: FolderHome, parent = this.folders.get(folder)?.parent ?? null): void {
    this.forgetFolder(folder);
    this.folders.set(folder, { home, parent });
    home.folders += 1;
    const above = parent === null ? null : (this.folders.get(parent)?.parent ?? null);
    if (above !== null) this.withGrandchildren.add(above);
    const [oldest] = this.folders.size > FOLDERS_MAX ? this.folders.keys() : [];
    if (oldest !== undefined) this.forgetFolder(oldest);
  }

  forgetFolder(folder: NodeUid): void {
    const owned = this.folders.get(folder);
    if (owned === undefined) return;
    this.folders.delete(folder);
    this.withGrandchildren.delete(folder);
    owned.home.folders -= 1;
  }

  /** True for the folders above those that hold the folders of files. */
  hasGrandchildren(folder: NodeUid): boolean {
    return this.withGrandchildren.has(folder);
  }
}
