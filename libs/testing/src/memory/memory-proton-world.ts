import { ProtonDriveVault } from '#adapters/proton-drive/vault/proton-drive-vault.js';
import { folderPath } from '#adapters/proton-drive/vault/vault-path.js';
import type { Oid } from '#domain/oid.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryDrive, type MemoryNode } from './memory-drive.js';
import { MemoryLeases } from './memory-leases.js';
import { MemoryVaultConditions } from './memory-vault-conditions.js';
import { MemoryVaultIndex } from './memory-vault-index.js';
import { TestClock } from './test-clock.js';

/** A vault over a Drive in memory, with all that it shares with other workers. */
export class MemoryProtonWorld {
  readonly clock = new TestClock();
  readonly drive = new MemoryDrive();
  readonly database = new MemoryDatabase(this.clock);
  readonly leases = new MemoryLeases(this.database);
  readonly index = new MemoryVaultIndex(this.clock);
  readonly conditions = new MemoryVaultConditions(this.database, 'proton-drive');
  readonly vault = this.worker();

  /** Another worker: of what it knows itself, nothing is shared. */
  worker(): ProtonDriveVault {
    const { drive, index, leases, clock, conditions } = this;
    return new ProtonDriveVault('proton-drive', { drive, index, leases, clock, conditions });
  }

  files(state: MemoryNode['state'] = 'active'): MemoryNode[] {
    return [...this.drive.nodes.values()].filter((node) => node.kind === 'file' && node.state === state);
  }

  /** The path of a node below the account's root. */
  pathOf(node: MemoryNode): string {
    const parent = node.parent === null ? undefined : this.drive.nodes.get(node.parent);
    return parent === undefined || parent.parent === null ? node.name : `${this.pathOf(parent)}/${node.name}`;
  }

  /** Makes the folder of an object as an earlier upload did, without the index learning of it. */
  async folderOf(oid: Oid, overflow = 0): Promise<string> {
    const signal = new AbortController().signal;
    let uid = await this.drive.root(signal);
    for (const name of folderPath({ oid, overflow }).split('/')) uid = await this.drive.ensureFolder(uid, name, signal);
    return uid;
  }
}
