import type { Healing, HealPlacement } from '#application/heal-placement/heal-placement.js';
import type { BlobStore } from '#application/ports/blob-store.js';
import type { PlacedNode } from '#application/ports/placed-nodes.js';
import type { Verdict, VaultVerification } from '#application/ports/vault-verification.js';
import type { EventContext } from '#domain/event/event.js';
import { isFault } from '#domain/fault/fault.js';
import type { Oid } from '#domain/oid.js';
import type { Logger } from '#platform/logger.js';
import { metrics } from '#platform/metrics.js';
import { reached } from '#platform/milestone.js';
import type { Drive, NodeUid } from '../drive.js';
import { nodeOf, volumeOf } from '../vault/object-node.js';

export interface RepairDeps {
  readonly drive: Drive;
  readonly vault: BlobStore;
  readonly verification: VaultVerification;
  readonly heal: HealPlacement;
}

/** What became of something that others did: a closed set, and the label of the metric. */
export type Outcome = Healing | 'restored' | 'not-restored' | 'replaced' | 'damaged' | 'moved' | 'foreign';

/**
 * Holds placements against the vault and mends what it can: what is in the trash comes back, what is gone is stored again or
 * asked for, and what is damaged is reported. Deletes and overwrites nothing. Rejects only when the vault cannot be asked at all.
 */
export class PlacementRepair {
  constructor(
    private readonly deps: RepairDeps,
    private readonly logger: Logger,
  ) {}

  /** By the listing (L0): a hundred placements a request. */
  async repair(placed: readonly PlacedNode[], signal: AbortSignal): Promise<void> {
    const byOid = new Map(placed.map((one) => [one.blob.oid, one]));
    const of = (state: Verdict['state'], all: readonly Verdict[]): readonly PlacedNode[] =>
      all.flatMap((verdict) => (verdict.state === state ? (byOid.get(verdict.blob.oid) ?? []) : []));
    const verdicts: Verdict[] = [];
    for await (const verdict of this.deps.verification.verify('listed', placed, signal)) verdicts.push(verdict);
    for (const verdict of verdicts)
      if (verdict.state === 'damaged') this.tell('damaged', verdict.blob.oid, verdict.reason);
    const gone = await this.restore(of('trashed', verdicts), signal);
    for (const one of [...of('missing', verdicts), ...gone]) {
      await this.mend(one, signal);
      reached('worker.placement-mended', { oid: one.blob.oid });
    }
  }

  /**
   * As `repair`, for placements of any volume. What lies in that of an account which an operator has left cannot be asked for:
   * it is gone for this vault. No session of another account comes so far by mistake.
   */
  async repairIn(root: NodeUid, placed: readonly PlacedNode[], signal: AbortSignal): Promise<void> {
    const volume = volumeOf(root);
    const isHere = ({ locator }: PlacedNode): boolean => volumeOf(nodeOf(locator) ?? '') === volume;
    await this.repair(placed.filter(isHere), signal);
    for (const one of placed) if (!isHere(one)) await this.mend(one, signal);
  }

  /** One object of the report: the log has the oid, the metric has not. */
  tell(outcome: Outcome, oid: Oid | null, reason?: string): void {
    metrics.vaultOutside.inc({ kind: outcome });
    const level = outcome === 'restored' || outcome === 'stored-again' || outcome === 'foreign' ? 'info' : 'warn';
    this.logger[level]({ outcome, oid, reason }, TOLD[outcome]);
  }

  /** Together, and one by one when some refuse. Returns those that are gone by now. */
  private async restore(placed: readonly PlacedNode[], signal: AbortSignal): Promise<readonly PlacedNode[]> {
    if (placed.length === 0) return [];
    try {
      await this.deps.drive.restore(nodesOf(placed), signal);
      for (const { blob } of placed) this.tell('restored', blob.oid);
      return [];
    } catch (error) {
      if (!isFault(error) || !OF_ONE_NODE.has(error.code)) throw error;
      const [only, ...more] = placed;
      if (only === undefined || more.length > 0) return this.restoreEach(placed, signal);
      if (error.code === 'vault.absent') return [only];
      // Its name is taken, or its folder lies in the trash: it can still be read.
      this.tell('not-restored', only.blob.oid, error.code);
      return [];
    }
  }

  private async restoreEach(placed: readonly PlacedNode[], signal: AbortSignal): Promise<readonly PlacedNode[]> {
    const gone: PlacedNode[] = [];
    for (const one of placed) gone.push(...(await this.restore([one], signal)));
    return gone;
  }

  /** Gone by its node. Another one of that name can be adopted, which needs the bytes: without them it is read by its name. */
  private async mend({ blob, generation }: PlacedNode, signal: AbortSignal): Promise<void> {
    const { vault, heal } = this.deps;
    const { oid } = blob;
    if ((await vault.head(oid, signal)) !== null) return this.tell('replaced', oid);
    const lost = { oid, vault: vault.vault, generation, reason: 'vault.absent' } as const;
    this.tell(await heal.execute(lost, contextOf(oid), signal), oid);
  }
}

const OF_ONE_NODE: ReadonlySet<string> = new Set([
  'vault.absent',
  'vault.unexpected',
  'vault.structure',
  'vault.unavailable',
]);

const TOLD = {
  restored: 'an object was in the trash of the vault; it has been brought back',
  'not-restored': 'an object is in the trash of the vault and cannot be brought back; it can still be read',
  'stored-again': 'an object was deleted from the vault; it is stored again from the hot tier',
  awaited:
    'an object was deleted from the vault and its bytes are nowhere else; the next push of who has it brings it back',
  'settled-already': 'an object was deleted from the vault after another placement was made',
  replaced: 'an object is not where it was put, but it is there under its name',
  damaged: 'an object in the vault is not what was put there',
  moved: 'an object in the vault was renamed or moved; it is read by its node all the same',
  foreign: 'something that is not of Ballast lies among its files in the vault; it is left alone',
} as const satisfies Record<Outcome, string>;

const nodesOf = (placed: readonly PlacedNode[]): readonly string[] =>
  placed.flatMap(({ locator }) => nodeOf(locator) ?? []);

const contextOf = (oid: Oid): EventContext => ({
  correlationId: `vault-watch-${oid}`,
  causationId: null,
  actor: 'service:worker',
  traceparent: null,
});
