import { Fault } from '#domain/fault/fault.js';
import type { Progress } from './body.js';

/** Bytes a second below which a transfer counts as standing still. */
const LEAST_BYTES_PER_SECOND = 1024;

/** The transfers that one process carries at once, and how slow each may be. */
export class Transfers {
  private running = 0;

  constructor(private readonly limits: { readonly transfersMax: number; readonly noProgressTimeoutMs: number }) {}

  get progress(): Progress {
    return { windowMs: this.limits.noProgressTimeoutMs, leastBytesPerSecond: LEAST_BYTES_PER_SECOND };
  }

  /** Runs work in a slot; `transfers.busy` when all are taken, before anything is read or opened. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const { transfersMax } = this.limits;
    if (this.running >= transfersMax) throw new Fault('transfers.busy', { transfersMax });
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
    }
  }
}
