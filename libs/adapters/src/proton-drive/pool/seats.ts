import type { Clock } from '#application/ports/clock.js';
import { Fault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';
import type { Drive } from '../drive.js';

export type Load = 'call' | 'transfer';

interface Occupied {
  readonly drive: Drive;
  transfers: number;
}

interface Waiter {
  readonly load: Load;
  readonly take: (seat: Seat) => void;
  readonly refuse: (error: unknown) => void;
}

export interface Seat {
  readonly drive: Drive;
  leave(): void;
}

/**
 * The seats at a process that comes and goes. A transfer waits, in order, until there is room for it; while there is no process a
 * call waits for one for `patienceMs`, then it is `vault.unavailable`.
 */
export class Seats {
  private occupied: Occupied | null = null;
  private readonly waiting = new Set<Waiter>();

  constructor(
    private readonly transfersMax: number,
    private readonly patienceMs: number,
    private readonly clock: Clock,
  ) {}

  get areThere(): boolean {
    return this.occupied !== null;
  }

  /** A process is there. Returns what takes it away again; calls under way end by themselves. */
  fill(drive: Drive): () => void {
    const occupied = { drive, transfers: 0 };
    this.occupied = occupied;
    this.serve();
    return () => {
      if (this.occupied === occupied) this.occupied = null;
    };
  }

  async take(load: Load, signal: AbortSignal): Promise<Seat> {
    signal.throwIfAborted();
    const room = this.waitsInFront(load) ? null : this.room(load);
    return room === null ? this.wait(load, signal) : this.seat(room, load);
  }

  refuseAll(error: unknown): void {
    for (const waiter of this.waiting) waiter.refuse(error);
    this.waiting.clear();
  }

  private async wait(load: Load, signal: AbortSignal): Promise<Seat> {
    const over = new AbortController();
    const turn = Promise.withResolvers<Seat>();
    const waiter: Waiter = { load, take: turn.resolve, refuse: turn.reject };
    const onAbort = (): void => turn.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.waiting.add(waiter);
    void this.losePatience(waiter, over.signal);
    try {
      return await turn.promise;
    } finally {
      over.abort();
      this.waiting.delete(waiter);
      signal.removeEventListener('abort', onAbort);
    }
  }

  private async losePatience(waiter: Waiter, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.clock.sleep(this.patienceMs, over);
      if (!this.areThere) waiter.refuse(new Fault('vault.unavailable', { reason: 'no process of the SDK' }));
    }
  }

  private serve(): void {
    for (const waiter of this.waiting) {
      const room = this.room(waiter.load);
      if (room === null) continue;
      this.waiting.delete(waiter);
      waiter.take(this.seat(room, waiter.load));
    }
  }

  private seat(occupied: Occupied, load: Load): Seat {
    const weight = load === 'transfer' ? 1 : 0;
    occupied.transfers += weight;
    metrics.protonConcurrency.inc();
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      occupied.transfers -= weight;
      metrics.protonConcurrency.dec();
      this.serve();
    };
    return { drive: occupied.drive, leave };
  }

  private room(load: Load): Occupied | null {
    const { occupied } = this;
    if (occupied === null || (load === 'transfer' && occupied.transfers >= this.transfersMax)) return null;
    return occupied;
  }

  private waitsInFront(load: Load): boolean {
    return [...this.waiting].some((waiter) => waiter.load === load);
  }
}
