import { createHash } from 'node:crypto';
import type { Bytes } from '#application/ports/blob-store.js';
import {
  HotTier,
  type Body,
  type ByteRange,
  type GrowingObject,
  type HotUsage,
  type OpenObject,
  type ResidentObject,
  type StagedFile,
} from '#application/ports/hot-tier.js';
import { Fault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { parseSha1, type Oid, type Pointer } from '#domain/oid.js';
import { poured } from './poured.js';
import { TestClock } from './test-clock.js';

interface Resident {
  readonly bytes: Uint8Array;
  readonly usedAt: Date;
}

/** A hot tier in memory; passes the same contract as the one on disk. */
export class MemoryHotTier extends HotTier {
  readonly files = new Map<Oid, Resident>();
  private readonly growing = new Map<Oid, Uint8Array[]>();
  capacityBytes = Number.MAX_SAFE_INTEGER;

  constructor(private readonly clock: TestClock = new TestClock()) {
    super();
  }

  override async receive(pointer: Pointer, body: Body, signal: AbortSignal): Promise<StagedFile> {
    await this.admit(pointer.size);
    return this.take(pointer, body, signal, 'digest.mismatch');
  }

  override async fill(pointer: Pointer, body: Bytes, signal: AbortSignal): Promise<StagedFile> {
    this.growing.set(pointer.oid, []);
    try {
      return await this.take(pointer, poured(body), signal, 'vault.corrupt');
    } finally {
      this.growing.delete(pointer.oid);
    }
  }

  override async open(oid: Oid): Promise<OpenObject | null> {
    await Promise.resolve();
    const file = this.files.get(oid);
    if (!file) return null;
    this.files.set(oid, { ...file, usedAt: this.clock.now() });
    const { bytes } = file;
    return {
      sizeBytes: bytes.length,
      read: (range) => slice(bytes, range),
      readInto: async (target, offset) => {
        const part = bytes.subarray(offset, offset + target.length);
        target.set(part);
        return part.length;
      },
      close: () => Promise.resolve(),
    };
  }

  override async follow(oid: Oid): Promise<GrowingObject | null> {
    await Promise.resolve();
    const parts = this.growing.get(oid);
    if (!parts) return null;
    return {
      read: (offset, limit) => Promise.resolve(Buffer.concat(parts).subarray(offset, offset + limit)),
      close: () => Promise.resolve(),
    };
  }

  override async holds(oids: readonly Oid[]): Promise<ReadonlySet<Oid>> {
    await Promise.resolve();
    return new Set(oids.filter((oid) => this.files.has(oid)));
  }

  override async admit(bytes: number): Promise<void> {
    const { bytes: used } = await this.usage();
    if (used + bytes > this.capacityBytes) throw new Fault('staging.full', { bytes });
  }

  override async usage(): Promise<HotUsage> {
    await Promise.resolve();
    const bytes = [...this.files.values()].reduce((sum, file) => sum + file.bytes.length, 0);
    const freeBytes = this.capacityBytes - bytes;
    return {
      objects: this.files.size,
      bytes,
      incomingBytes: 0,
      capacityBytes: this.capacityBytes,
      freeBytes,
      admitting: freeBytes > 0,
    };
  }

  override async *residents(): AsyncIterable<ResidentObject> {
    await Promise.resolve();
    for (const [oid, { bytes, usedAt }] of this.files) yield { oid, sizeBytes: bytes.length, lastUsedAt: usedAt };
  }

  override async rehash(oid: Oid): Promise<StagedFile | null> {
    await Promise.resolve();
    const file = this.files.get(oid);
    if (!file) return null;
    if (digest('sha256', file.bytes) === oid) return staged(oid, file.bytes);
    this.files.delete(oid);
    throw new Fault('staging.corrupt', { oid });
  }

  override async evict(oid: Oid): Promise<void> {
    await Promise.resolve();
    this.files.delete(oid);
  }

  override async sweepAttempts(): Promise<number> {
    await Promise.resolve();
    return 0;
  }

  override async check(): Promise<void> {
    await Promise.resolve();
  }

  private async take(
    { oid, size }: Pointer,
    body: Body,
    signal: AbortSignal,
    mismatch: FaultCode,
  ): Promise<StagedFile> {
    const parts = this.growing.get(oid) ?? [];
    let length = 0;
    await body((piece) => {
      signal.throwIfAborted();
      length += piece.length;
      if (length > size) throw new Fault(mismatch === 'vault.corrupt' ? mismatch : 'body.too-long', { oid });
      parts.push(piece);
      return undefined;
    });
    if (length < size) throw new Fault(mismatch === 'vault.corrupt' ? mismatch : 'body.truncated', { oid });
    const bytes = Buffer.concat(parts);
    if (digest('sha256', bytes) !== oid) throw new Fault(mismatch, { oid });
    this.files.set(oid, { bytes, usedAt: this.clock.now() });
    return staged(oid, bytes);
  }
}

const digest = (algorithm: string, bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest('hex');

const staged = (oid: Oid, bytes: Uint8Array): StagedFile => ({
  oid,
  sizeBytes: bytes.length,
  sha1: parseSha1(digest('sha1', bytes)),
});

async function* slice(bytes: Uint8Array, range: ByteRange | null): Bytes {
  await Promise.resolve();
  const part = range ? bytes.subarray(range.start, range.end + 1) : bytes;
  for (let offset = 0; offset < part.length; offset += 65_536) yield part.subarray(offset, offset + 65_536);
}
