import type { BlobIdentity, BlobStore, Bytes } from '#application/ports/blob-store.js';
import { BlobStoreDecorator } from '#adapters/blob-decorators/blob-store-decorator.js';
import { Fault } from '#domain/fault/fault.js';
import type { Locator, Receipt } from '#domain/lfs-object/events.js';
import { SeededRandom } from '#testing/memory/test-clock.js';

export type PutFault = 'none' | 'refused-before' | 'source-broken' | 'answer-lost';
export type GetFault = 'none' | 'broken-midway' | 'truncated' | 'corrupted';

const PUT_FAULTS: readonly PutFault[] = ['refused-before', 'source-broken', 'answer-lost'];
const GET_FAULTS: readonly GetFault[] = ['broken-midway', 'truncated', 'corrupted'];

export interface FaultPlan {
  readonly seed: number;
  /** How many calls of a hundred go wrong. */
  readonly percent: number;
}

/**
 * A vault that fails as vaults do: it is away, it breaks in the middle, its answer to a put that took effect gets lost, what it
 * gives back is short or wrong; and every call may be late. The same seed tells the same story.
 */
export class FaultyBlobStore extends BlobStoreDecorator {
  /** What happened so far, in order. */
  readonly story: (PutFault | GetFault)[] = [];
  private readonly random: SeededRandom;

  constructor(
    inner: BlobStore,
    private readonly plan: FaultPlan,
  ) {
    super(inner);
    this.random = new SeededRandom(plan.seed);
  }

  override async put(blob: BlobIdentity, source: Bytes, signal: AbortSignal): Promise<Receipt> {
    const fault = await this.next(PUT_FAULTS);
    if (fault === 'refused-before') throw unavailable(fault);
    const receipt = await super.put(blob, fault === 'source-broken' ? broken(source) : source, signal);
    if (fault === 'answer-lost') throw unavailable(fault);
    return receipt;
  }

  override async *get(blob: BlobIdentity, locator: Locator, signal: AbortSignal): Bytes {
    const fault = await this.next(GET_FAULTS);
    const half = Math.floor(blob.sizeBytes / 2);
    let given = 0;
    for await (const chunk of super.get(blob, locator, signal)) {
      const hit = fault !== 'none' && given + chunk.length > half;
      given += chunk.length;
      if (!hit) {
        yield chunk;
        continue;
      }
      if (fault === 'broken-midway') throw unavailable(fault);
      if (fault === 'truncated') return;
      yield chunk.map((byte) => byte ^ 1);
    }
  }

  private async next<T extends PutFault | GetFault>(faults: readonly T[]): Promise<T | 'none'> {
    const wrong = this.random.fraction() * 100 < this.plan.percent;
    const fault = wrong ? (faults[Math.floor(this.random.fraction() * faults.length)] ?? 'none') : 'none';
    this.story.push(fault);
    if (this.random.fraction() < 0.5) await new Promise((resolve) => setImmediate(resolve));
    return fault;
  }
}

const unavailable = (reason: string): Fault => new Fault('vault.unavailable', { reason });

async function* broken(source: Bytes): Bytes {
  for await (const chunk of source) {
    yield chunk.subarray(0, Math.floor(chunk.length / 2));
    throw unavailable('source-broken');
  }
}
