import { pino } from 'pino';
import { ProtonDriveVault } from '#adapters/proton-drive/vault/proton-drive-vault.js';
import { ProtonDriveVerification } from '#adapters/proton-drive/vault/proton-drive-verification.js';
import { ChangedNodes } from '#adapters/proton-drive/watch/changed-nodes.js';
import { PlacementRepair } from '#adapters/proton-drive/watch/placement-repair.js';
import { VolumeWatch } from '#adapters/proton-drive/watch/volume-watch.js';
import { HealPlacement } from '#application/heal-placement/heal-placement.js';
import { LeasedWork } from '#application/leased-work/leased-work.js';
import { ObjectHistory } from '#application/object-history/object-history.js';
import type { Oid } from '#domain/oid.js';
import { LEASE_TTL_MS, stageSample } from '../crash/job-runner.js';
import { MemoryDrive, type MemoryNode } from './memory-drive.js';
import { MemoryPlacedNodes } from './memory-placed-nodes.js';
import { MemoryVaultConditions } from './memory-vault-conditions.js';
import { MemoryVaultIndex } from './memory-vault-index.js';
import { chunked, MemoryWorld, testContext } from './memory-world.js';

const VAULT = 'proton-drive';

/** A vault over a Drive in memory that others can get at, with objects in it and somebody who watches. */
export class MemoryWatchWorld extends MemoryWorld {
  readonly drive = new MemoryDrive();
  readonly index = new MemoryVaultIndex(this.clock);
  readonly placed = new MemoryPlacedNodes(this.database, this.index, VAULT);
  readonly protonVault = new ProtonDriveVault(VAULT, {
    ...{ drive: this.drive, index: this.index, leases: this.leases, clock: this.clock },
    conditions: new MemoryVaultConditions(this.database, VAULT),
  });
  readonly objects = new ObjectHistory(this.events, this.durability, this.clock);
  /** What the log says, by its `outcome`. */
  readonly told: string[] = [];

  watch(periodMs = 30_000): VolumeWatch {
    const { drive, placed, clock } = this;
    const write = (line: string): void => {
      const { outcome } = JSON.parse(line) as { outcome?: string };
      if (outcome !== undefined) this.told.push(outcome);
    };
    const logger = pino({ level: 'info' }, { write });
    const verification = new ProtonDriveVerification(drive, this.random);
    const heal = new HealPlacement(this.objects, this.hotTier);
    const repair = new PlacementRepair({ drive, vault: this.protonVault, verification, heal }, logger);
    const changed = new ChangedNodes(drive, placed, repair);
    const leased = new LeasedWork(this.leases, clock, { ttlMs: LEASE_TTL_MS, stopMs: 5_000 });
    return new VolumeWatch({ drive, placed, changed, repair, leased, clock }, { vault: VAULT, periodMs }, logger);
  }

  /** An object that was pushed and is in the vault: its oid and its node. */
  async pushed(seed: number): Promise<{ readonly oid: Oid; readonly node: MemoryNode }> {
    const { oid } = await stageSample(this, 1_000, seed);
    await this.store(oid, 1);
    const [node] = this.drive.named(oid);
    if (node === undefined) throw new Error('it is not in the vault');
    return { oid, node };
  }

  /** What the job does, without its deadline: this clock moves with each sleep. */
  async store(oid: Oid, generation: number): Promise<void> {
    const { object } = await this.objects.load(oid);
    const bytes = this.hotTier.files.get(oid)?.bytes;
    if (object.state !== 'staged' || bytes === undefined) throw new Error('it is not staged');
    const { sizeBytes, sha1 } = object;
    const receipt = await this.protonVault.put({ oid, sizeBytes, sha1 }, chunked(bytes), new AbortController().signal);
    await this.objects.record({ type: 'RecordStored', oid, generation, receipt }, { context: testContext });
  }
}
