import type { Clock } from '#application/ports/clock.js';
import type { Lease, Leases } from '#application/ports/lease.js';
import type { VaultIndex } from '#application/ports/vault-index.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import { unlessAborted } from '#platform/files/pull-source.js';
import type { Drive, NodeUid } from '../drive.js';
import { splitPath } from './vault-path.js';

const LEASE_MS = 30_000;
const LOOK_AGAIN_MS = 200;
/** Longer than the life of a lease: whoever died while it made a folder does not hold up the others. */
const MAKE_MS = 90_000;
/** All folders of the layout and their first overflows; beyond that the index is asked. */
const REMEMBERED_MAX = 150_000;

/**
 * The uids of folders by path. Each is made once: one maker in this process, one in the fleet (two makers of one name would
 * each find the other's in their way), and the index tells it to all others. Faults: those of Drive, `database.unavailable`.
 */
export class VaultFolders {
  private readonly known = new Map<string, NodeUid>();
  private readonly making = new Map<string, Promise<NodeUid>>();

  constructor(
    private readonly drive: Drive,
    private readonly index: VaultIndex,
    private readonly leases: Leases,
    private readonly clock: Clock,
  ) {}

  /** Of a folder that is made where it is missing, with those above it. */
  async make(path: string, signal: AbortSignal): Promise<NodeUid> {
    const known = await this.remembered(path);
    if (known !== null) return known;
    return unlessAborted(this.madeOnce(path), signal);
  }

  /** Of a folder that is there; null when it is not. */
  async existing(path: string, signal: AbortSignal): Promise<NodeUid | null> {
    const known = await this.remembered(path);
    if (known !== null) return known;
    const { parent, name } = splitPath(path);
    const above = parent === null ? await this.drive.root(signal) : await this.existing(parent, signal);
    if (above === null) return null;
    try {
      const found = await this.drive.find(above, name, signal);
      if (found !== null) await this.remember(path, found);
      return found;
    } catch (error) {
      if (parent === null || !isGone(error) || !(await this.isStale(parent, signal))) throw error;
      return this.existing(path, signal);
    }
  }

  /** Known without a call to the vault; null says nothing about whether there is one. */
  async remembered(path: string): Promise<NodeUid | null> {
    const known = this.known.get(path);
    if (known !== undefined) return known;
    const indexed = await this.index.folder(path);
    if (indexed !== null) this.keep(path, indexed);
    return indexed;
  }

  /** True when the folder that we know is no longer there: it is forgotten then, and made anew by the next `make`. */
  async isStale(path: string, signal: AbortSignal): Promise<boolean> {
    const indexed = await this.index.folder(path);
    const known = this.known.get(path) ?? indexed;
    if (known === null) return true;
    if (indexed === null || indexed === known) {
      const [link] = await this.drive.links([known], signal);
      if (link?.state === 'active') return false;
      await this.index.forgetFolder(path);
    }
    // Else another worker has found out before, and has told the index the new one.
    this.forget(path);
    return true;
  }

  private forget(path: string): void {
    for (const known of [...this.known.keys()])
      if (known === path || known.startsWith(`${path}/`)) this.known.delete(known);
  }

  private madeOnce(path: string): Promise<NodeUid> {
    const underWay = this.making.get(path);
    if (underWay !== undefined) return underWay;
    // Not stopped by the signal of whoever asked first: others wait for it too.
    const making = this.makeAlone(path, AbortSignal.timeout(MAKE_MS)).finally(() => this.making.delete(path));
    this.making.set(path, making);
    return making;
  }

  private async makeAlone(path: string, signal: AbortSignal): Promise<NodeUid> {
    for (;;) {
      const lease = await this.leaseFor(path);
      try {
        const known = await this.remembered(path);
        if (known !== null) return known;
        if (lease !== null) return await this.ensure(path, signal);
      } finally {
        if (lease !== null) await this.leases.release(lease).catch(() => undefined);
      }
      await this.clock.sleep(LOOK_AGAIN_MS, signal);
      if (signal.aborted) throw new Fault('vault.unavailable', { reason: 'folder', path });
    }
  }

  private async ensure(path: string, signal: AbortSignal): Promise<NodeUid> {
    const { parent, name } = splitPath(path);
    const uid = await this.ensureBelow(parent, name, signal);
    await this.remember(path, uid);
    return uid;
  }

  private async ensureBelow(parent: string | null, name: string, signal: AbortSignal): Promise<NodeUid> {
    if (parent === null) return this.drive.ensureFolder(await this.drive.root(signal), name, signal);
    try {
      return await this.drive.ensureFolder(await this.make(parent, signal), name, signal);
    } catch (error) {
      if (!isGone(error) || !(await this.isStale(parent, signal))) throw error;
      return this.drive.ensureFolder(await this.make(parent, signal), name, signal);
    }
  }

  private async leaseFor(path: string): Promise<Lease | null> {
    try {
      return await this.leases.acquire(`vault-folder-${path}`, LEASE_MS);
    } catch (error) {
      if (isFault(error, 'lease.held')) return null;
      throw error;
    }
  }

  private async remember(path: string, uid: NodeUid): Promise<void> {
    this.keep(path, uid);
    await this.index.rememberFolder(path, uid);
  }

  private keep(path: string, uid: NodeUid): void {
    if (this.known.size >= REMEMBERED_MAX) this.known.clear();
    this.known.set(path, uid);
  }
}

/** What a call says whose folder is no longer there, or in the trash. */
export const isGone = (error: unknown): boolean =>
  isFault(error, 'vault.absent') || (isFault(error, 'vault.structure') && !isFull(error));

/** What a call says whose folder takes no more. */
export const isFull = (error: unknown): boolean =>
  isFault(error, 'vault.structure') && error.facts['reason'] === 'too-many-children';
