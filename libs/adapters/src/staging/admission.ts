import { Fault } from '#domain/fault/fault.js';
import type { DigestDirectory } from '#platform/files/digest-directory.js';

export interface Limits {
  readonly capacityBytes: number;
  readonly freeFloorBytes: number;
}

/** Room that an upload under way may still need. Release it exactly once. */
export interface Reservation {
  /** Bytes that are on the disk by now. */
  written(bytes: number): void;
  release(): void;
}

/**
 * Decides whether more may be written: free disk, less what uploads under way have yet to write, stays above its floor; and
 * what cannot be evicted stays within the capacity. What other processes have yet to write is not known here; they
 * keep to the same floor, and a disk that fills up in spite of it is told as `staging.full` too.
 */
export class Admission {
  private readonly reservations = new Set<{ total: number; written: number }>();

  constructor(
    private readonly directory: DigestDirectory,
    private readonly limits: Limits,
    /** Bytes of files that cannot be evicted. */
    private readonly pinnedBytes: () => Promise<number>,
  ) {}

  async admit(bytes: number): Promise<void> {
    this.decide(bytes, await this.room());
  }

  async reserve(bytes: number): Promise<Reservation> {
    const room = await this.room();
    // No wait between the decision and the reservation: two uploads must not be given the same room.
    this.decide(bytes, room);
    return this.hold(bytes);
  }

  /** For what will be evictable once it is there: only the disk limits it. */
  async reserveDisk(bytes: number): Promise<Reservation> {
    const { freeBytes } = await this.room();
    this.decide(bytes, { freeBytes, pinnedBytes: 0 });
    return this.hold(bytes);
  }

  async isOpen(): Promise<boolean> {
    return this.refusal(0, await this.room()) === null;
  }

  private hold(total: number): Reservation {
    const entry = { total, written: 0 };
    this.reservations.add(entry);
    return { written: (bytes) => (entry.written = bytes), release: () => this.reservations.delete(entry) };
  }

  private async room(): Promise<Room> {
    const [freeBytes, pinnedBytes] = await Promise.all([this.directory.freeBytes(), this.pinnedBytes()]);
    return { freeBytes, pinnedBytes };
  }

  private decide(bytes: number, room: Room): void {
    const reason = this.refusal(bytes, room);
    if (reason !== null) throw new Fault('staging.full', { bytes, reason });
  }

  private refusal(bytes: number, { freeBytes, pinnedBytes }: Room): 'disk' | 'capacity' | null {
    const underWay = [...this.reservations];
    const toCome = underWay.reduce((sum, { total, written }) => sum + total - written, 0);
    if (freeBytes - toCome - bytes < this.limits.freeFloorBytes) return 'disk';
    const promised = underWay.reduce((sum, { total }) => sum + total, 0);
    return pinnedBytes + promised + bytes > this.limits.capacityBytes ? 'capacity' : null;
  }
}

interface Room {
  readonly freeBytes: number;
  readonly pinnedBytes: number;
}
