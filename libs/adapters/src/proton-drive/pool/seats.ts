import type { Clock } from '#application/ports/clock.js';
import { Fault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';
import type { Drive } from '../drive.js';

export type Load = 'call' | 'transfer';

interface Member {
  readonly drive: Drive;
  calls: number;
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

/** A transfer keeps a core busy for long, a call hardly does. */
const TRANSFER_WEIGHT = 8;

/**
 * Gives each call to the process that does the least. A transfer waits, in order, until a process has room for it; while there
 * is no process at all a call waits for one for `patienceMs`, then it is `vault.unavailable`.
 */
export class Seats {
  private readonly members = new Set<Member>();
  private readonly waiting = new Set<Waiter>();

  constructor(
    private readonly transfersMax: number,
    private readonly patienceMs: number,
    private readonly clock: Clock,
  ) {}

  /** Returns what takes it away again; calls under way end by themselves. */
  add(drive: Drive): () => void {
    const member: Member = { drive, calls: 0, transfers: 0 };
    this.members.add(member);
    this.serve();
    return () => void this.members.delete(member);
  }

  async take(load: Load, signal: AbortSignal): Promise<Seat> {
    signal.throwIfAborted();
    const member = this.waitsInFront(load) ? undefined : this.best(load);
    return member === undefined ? this.wait(load, signal) : this.seat(member, load);
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
      if (this.members.size === 0) waiter.refuse(new Fault('vault.unavailable', { reason: 'no process of the SDK' }));
    }
  }

  private serve(): void {
    for (const waiter of this.waiting) {
      const member = this.best(waiter.load);
      if (member === undefined) continue;
      this.waiting.delete(waiter);
      waiter.take(this.seat(member, waiter.load));
    }
  }

  private seat(member: Member, load: Load): Seat {
    const count = load === 'transfer' ? 'transfers' : 'calls';
    member[count] += 1;
    metrics.protonConcurrency.inc();
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      member[count] -= 1;
      metrics.protonConcurrency.dec();
      this.serve();
    };
    return { drive: member.drive, leave };
  }

  private best(load: Load): Member | undefined {
    const able = [...this.members].filter(({ transfers }) => load === 'call' || transfers < this.transfersMax);
    return able.sort((a, b) => weight(a) - weight(b))[0];
  }

  private waitsInFront(load: Load): boolean {
    return [...this.waiting].some((waiter) => waiter.load === load);
  }
}

const weight = ({ calls, transfers }: Member): number => transfers * TRANSFER_WEIGHT + calls;
