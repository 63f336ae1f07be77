import type { Catalogue } from '#application/ports/catalogue.js';
import type { HotTier, HotUsage, ResidentObject } from '#application/ports/hot-tier.js';
import { inChunks } from './chunks.js';

export interface EvictStoredSettings {
  /** Free bytes of the disk below which no upload is admitted. */
  readonly freeFloorBytes: number;
}

/** Makes room in the hot tier: removes what a vault holds, the longest unused first, and never anything else. */
export class EvictStored {
  constructor(
    private readonly hotTier: HotTier,
    private readonly catalogue: Catalogue,
    private readonly settings: EvictStoredSettings,
  ) {}

  /** Does nothing while there is room; else evicts until there is some to spare. Returns how many objects went. */
  async execute(signal: AbortSignal): Promise<number> {
    const excessBytes = this.excessBytes(await this.hotTier.usage());
    if (excessBytes <= 0) return 0;
    let freed = 0;
    let evicted = 0;
    for (const { oid, sizeBytes } of await this.leastUsed(signal)) {
      if (freed >= excessBytes || signal.aborted) break;
      await this.hotTier.evict(oid);
      freed += sizeBytes;
      evicted += 1;
    }
    return evicted;
  }

  private excessBytes({ bytes, incomingBytes, capacityBytes, freeBytes, admitting }: HotUsage): number {
    const { freeFloorBytes } = this.settings;
    const held = bytes + incomingBytes;
    const isFull = held > capacityBytes * HIGH_WATER || freeBytes < freeFloorBytes * FLOOR_HIGH || !admitting;
    if (!isFull) return 0;
    return Math.max(held - capacityBytes * LOW_WATER, freeFloorBytes * FLOOR_LOW - freeBytes);
  }

  /** Stored objects, the longest unused first; of a tier with more than `CANDIDATES_MAX` the rest waits for the next pass. */
  private async leastUsed(signal: AbortSignal): Promise<readonly ResidentObject[]> {
    let candidates: ResidentObject[] = [];
    for await (const residents of inChunks(this.hotTier.residents(), CHUNK)) {
      signal.throwIfAborted();
      const known = await this.catalogue.objects(residents.map(({ oid }) => oid));
      candidates.push(...residents.filter(({ oid }) => known.get(oid)?.state === 'stored'));
      if (candidates.length > 2 * CANDIDATES_MAX) candidates = oldest(candidates);
    }
    return oldest(candidates);
  }
}

const CHUNK = 500;
const CANDIDATES_MAX = 10_000;
// Begins before uploads are refused and goes on until the next pass has little to do.
const HIGH_WATER = 0.9;
const LOW_WATER = 0.8;
const FLOOR_HIGH = 1.5;
const FLOOR_LOW = 2;

const oldest = (residents: readonly ResidentObject[]): ResidentObject[] =>
  residents.toSorted((a, b) => a.lastUsedAt.getTime() - b.lastUsedAt.getTime()).slice(0, CANDIDATES_MAX);
