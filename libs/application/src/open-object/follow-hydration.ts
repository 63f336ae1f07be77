import type { Bytes } from '#application/ports/blob-store.js';
import type { Clock } from '#application/ports/clock.js';
import type { Hashing, RunningHash } from '#application/ports/hashing.js';
import type { GrowingObject, HotTier } from '#application/ports/hot-tier.js';
import { Fault } from '#domain/fault/fault.js';
import type { Pointer } from '#domain/oid.js';

/** Bytes kept back until the object is known to be right: without them no client takes it for complete. */
export const HELD_BACK_BYTES = 64 * 1024;

const CHUNK_BYTES = 1024 * 1024;
const POLL_LEAST_MS = 10;
const POLL_MOST_MS = 200;

/**
 * Streams an object while it hydrates. What was sent is hashed here, and the end is let go only once that hash is the oid
 * and the verified file is in place. When the attempt dies, the next one is followed from the same byte; whether the two
 * fit together is what the hash decides. Faults: `vault.corrupt`, `vault.unavailable` (nothing came for `patienceMs`).
 */
export class FollowHydration {
  constructor(
    private readonly hotTier: HotTier,
    private readonly hashing: Hashing,
    private readonly clock: Clock,
    private readonly patienceMs: number,
  ) {}

  /** Stops early, without an error, when the signal fires: nobody is left to read. */
  async *bytes({ oid, size }: Pointer, signal: AbortSignal): Bytes {
    const hash = this.hashing.sha256();
    const free = Math.max(0, size - HELD_BACK_BYTES);
    let offset = 0;
    const held: Uint8Array[] = [];
    for await (const chunk of this.arriving({ oid, size }, signal)) {
      hash.update(chunk);
      const letGo = Math.min(chunk.length, Math.max(0, free - offset));
      offset += chunk.length;
      if (letGo > 0) yield chunk.subarray(0, letGo);
      if (letGo < chunk.length) held.push(chunk.subarray(letGo));
    }
    if (signal.aborted) return;
    await this.prove({ oid, size }, hash, signal);
    if (!signal.aborted) yield* held;
  }

  private async prove({ oid, size }: Pointer, hash: RunningHash, signal: AbortSignal): Promise<void> {
    const digest = hash.hex();
    if (digest !== oid) throw new Fault('vault.corrupt', { oid, sent: digest });
    const inPlace = async (): Promise<boolean> => (await this.hotTier.holds([oid])).has(oid);
    const patience = this.patience();
    while (!signal.aborted && !(await inPlace())) await patience.wait({ oid, size }, signal);
  }

  /** The bytes in order, from whichever attempt has the next ones, or from the verified file once there is one. */
  private async *arriving({ oid, size }: Pointer, signal: AbortSignal): Bytes {
    const patience = this.patience();
    let offset = 0;
    let attempt: GrowingObject | null = null;
    try {
      while (offset < size && !signal.aborted) {
        attempt ??= await this.hotTier.follow(oid);
        const chunk = await attempt?.read(offset, Math.min(CHUNK_BYTES, size - offset));
        if (chunk !== undefined && chunk.length > 0) {
          offset += chunk.length;
          patience.renew();
          yield chunk;
          continue;
        }
        // Nothing new: it may be complete by now, or dead and followed by another attempt.
        await attempt?.close();
        attempt = null;
        const rest: Bytes | null = await this.verifiedRest({ oid, size }, offset, signal);
        if (rest !== null) {
          yield* rest;
          return;
        }
        await patience.wait({ oid, size }, signal);
      }
    } finally {
      await attempt?.close();
    }
  }

  private async verifiedRest({ oid, size }: Pointer, offset: number, signal: AbortSignal): Promise<Bytes | null> {
    const object = await this.hotTier.open(oid);
    if (object === null) return null;
    return (async function* () {
      try {
        yield* object.read({ start: offset, end: size - 1 }, signal);
      } finally {
        await object.close();
      }
    })();
  }

  private patience(): Patience {
    return new Patience(this.clock, this.patienceMs);
  }
}

/** Waits in growing steps, and gives up when nothing renewed it for too long. */
class Patience {
  private idleMs = 0;
  private stepMs = POLL_LEAST_MS;

  constructor(
    private readonly clock: Clock,
    private readonly limitMs: number,
  ) {}

  renew(): void {
    this.idleMs = 0;
    this.stepMs = POLL_LEAST_MS;
  }

  async wait({ oid }: Pointer, signal: AbortSignal): Promise<void> {
    if (this.idleMs >= this.limitMs) throw new Fault('vault.unavailable', { oid, idleMs: this.idleMs });
    await this.clock.sleep(this.stepMs, signal);
    this.idleMs += this.stepMs;
    this.stepMs = Math.min(POLL_MOST_MS, this.stepMs * 2);
  }
}
