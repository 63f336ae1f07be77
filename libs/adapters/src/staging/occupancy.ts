import type { DigestDirectory } from '#platform/files/digest-directory.js';

const FRESH_MS = 30_000;
/** A scan that takes long is made seldom: this many times its own length lie between two. */
const REST_FACTOR = 20;

export interface Held {
  readonly objects: number;
  readonly bytes: number;
}

/**
 * How much the directory holds, from a scan that is repeated in the background; what this process adds or removes counts at
 * once. Other processes share the directory, so a count of one's own changes alone would drift.
 */
export class Occupancy {
  private held: Held = { objects: 0, bytes: 0 };
  private nextScanAt = Number.NEGATIVE_INFINITY;
  private scanning: Promise<void> | null = null;

  constructor(private readonly directory: DigestDirectory) {}

  /** Waits for the first scan only. */
  async current(): Promise<Held> {
    const first = this.nextScanAt === Number.NEGATIVE_INFINITY;
    if (performance.now() > this.nextScanAt) this.scanning ??= this.scan();
    if (first) await this.scanning;
    else this.scanning?.catch(() => undefined); // the next call tries again
    return this.held;
  }

  change(objects: number, bytes: number): void {
    this.held = { objects: Math.max(0, this.held.objects + objects), bytes: Math.max(0, this.held.bytes + bytes) };
  }

  private async scan(): Promise<void> {
    const startedAt = performance.now();
    try {
      let objects = 0;
      let bytes = 0;
      for await (const { sizeBytes } of this.directory.entries()) {
        objects += 1;
        bytes += sizeBytes;
      }
      this.held = { objects, bytes };
      const now = performance.now();
      this.nextScanAt = now + Math.max(FRESH_MS, REST_FACTOR * (now - startedAt));
    } finally {
      this.scanning = null;
    }
  }
}
