import type { Fence } from '#application/ports/event-store.js';
import type { Clock } from '#application/ports/clock.js';
import type { Leases } from '#application/ports/lease.js';
import { Fault, isFault } from '#domain/fault/fault.js';

export interface LeasedWorkSettings {
  /** How long a lease outlives a holder that died. */
  readonly ttlMs: number;
  /** How long aborted work may take to stop before its attempt ends without it. */
  readonly stopMs: number;
}

export interface LeasedTask {
  readonly entity: string;
  readonly deadlineMs: number;
}

/** What is to be done while the lease is held; it stops at the signal and commits with the fence. */
export type Work<T> = (fence: Fence, held: AbortSignal) => Promise<T>;

/**
 * Runs work while nobody else does the same: takes the lease, renews it at a third of its life, gives it up at the end.
 * Aborts the work when the lease is lost (`lease.lost`) or the deadline passes (`attempt.deadline`). Two timers on
 * purpose: the short lease tells that a holder lives, the deadline, which grows with the size, that it gets on.
 */
export class LeasedWork {
  constructor(
    private readonly leases: Leases,
    private readonly clock: Clock,
    private readonly settings: LeasedWorkSettings,
  ) {}

  /** Faults: `lease.held` when another holder is at it, `lease.lost`, `attempt.deadline`, and what the work throws. */
  async run<T>({ entity, deadlineMs }: LeasedTask, signal: AbortSignal, work: Work<T>): Promise<T> {
    const lease = await this.leases.acquire(entity, this.settings.ttlMs);
    const over = new AbortController();
    const broken = new AbortController();
    const held = AbortSignal.any([signal, broken.signal]);
    const watchers = Promise.all([
      this.keepLease(lease, broken, over.signal),
      this.keepDeadline(deadlineMs, broken, over.signal),
    ]);
    try {
      held.throwIfAborted();
      return await Promise.race([work(lease, held), this.unstoppable(held, over.signal)]);
    } catch (error) {
      throw broken.signal.aborted ? (broken.signal.reason as Fault) : error;
    } finally {
      over.abort();
      await watchers;
      // A lease that cannot be given up runs out by itself.
      await this.leases.release(lease).catch(() => undefined);
    }
  }

  private async keepLease(lease: Fence, broken: AbortController, over: AbortSignal): Promise<void> {
    const { ttlMs } = this.settings;
    let validUntil = this.clock.now().getTime() + ttlMs;
    for (;;) {
      await this.clock.sleep(ttlMs / 3, over);
      if (over.aborted) return;
      const askedAt = this.clock.now().getTime();
      try {
        await this.leases.renew(lease, ttlMs);
        validUntil = askedAt + ttlMs;
      } catch (error) {
        // A database that is away for a moment takes no lease from anyone; one that is away for longer may have.
        if (!isFault(error, 'lease.lost') && this.clock.now().getTime() < validUntil) continue;
        broken.abort(
          isFault(error, 'lease.lost') ? error : new Fault('lease.lost', { entity: lease.entity }, { cause: error }),
        );
        return;
      }
    }
  }

  private async keepDeadline(deadlineMs: number, broken: AbortController, over: AbortSignal): Promise<void> {
    await this.clock.sleep(deadlineMs, over);
    if (!over.aborted) broken.abort(new Fault('attempt.deadline', { deadlineMs }));
  }

  /** Rejects once work that was aborted has not stopped in time: a call that never returns must not keep its slot. */
  private async unstoppable(held: AbortSignal, over: AbortSignal): Promise<never> {
    await aborted(held);
    await this.clock.sleep(this.settings.stopMs, over);
    throw held.reason instanceof Error ? held.reason : new Fault('service.draining');
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
