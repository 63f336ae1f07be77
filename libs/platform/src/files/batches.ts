import type { Filled, Slab, Slabs } from './slabs.js';

/** Filled slabs that are used together, and where their bytes lie in the whole. */
export interface Batch {
  readonly slabs: readonly Filled[];
  readonly position: number;
  readonly bytes: number;
}

/** With one batch under way and one behind it, its users need not wait for the next one to be handed over. */
const MOST_UNDER_WAY = 2;

export interface BatchSizes {
  /** A second batch is sent behind the first one from here on. */
  readonly secondBytes: number;
  readonly mostBytes: number;
  /** That are gathered or under way at once. */
  readonly mostSlabs: number;
}

/**
 * Passes filled slabs on to those who use them, and gives the slabs back afterwards. What comes while a batch is under way
 * makes the next batch: the busier the machine is, the larger batches become, and the fewer messages, system calls and
 * switches between threads a byte costs. Filled slabs never wait for bytes that are still to come.
 */
export class Batches {
  private gathered: Filled[] = [];
  private gatheredBytes = 0;
  private position = 0;
  private underWay = 0;
  private held = 0;
  private ending = false;
  private failure: { readonly reason: unknown } | null = null;
  private readonly waiting: (() => void)[] = [];

  /** `use` settles when nothing reads the slabs of a batch any more. */
  constructor(
    private readonly slabs: Slabs,
    private readonly use: (batch: Batch) => Promise<void>,
    private readonly sizes: BatchSizes,
  ) {}

  get failed(): boolean {
    return this.failure !== null;
  }

  /** A slab to fill, to be given to `add` at once. Throws what a batch failed with. */
  async slab(): Promise<Slab> {
    while (this.held >= this.sizes.mostSlabs) await this.change();
    this.throwIfFailed();
    this.held += 1;
    return this.slabs.acquire();
  }

  /** As `slab`, but null where that would wait. */
  slabNow(): Slab | null {
    this.throwIfFailed();
    const slab = this.held < this.sizes.mostSlabs ? this.slabs.acquireNow() : null;
    if (slab !== null) this.held += 1;
    return slab;
  }

  /** Takes a slab back that was not filled. */
  unused(slab: Slab): void {
    this.giveBack([{ slab, length: 0 }]);
  }

  add(filled: Filled): void {
    this.gathered.push(filled);
    this.gatheredBytes += filled.length;
    this.send();
  }

  /** Waits until all that was added has been used. Throws what a batch failed with. */
  async finish(): Promise<void> {
    this.ending = true;
    this.send();
    while (this.held > 0) await this.change();
    this.throwIfFailed();
  }

  /** Forgets what is not under way, and waits until nothing is used any more. Does not throw. */
  async abandon(): Promise<void> {
    this.drop();
    while (this.held > 0) await this.change();
  }

  private send(): void {
    while (this.mayGo()) void this.run(this.next());
  }

  private mayGo(): boolean {
    if (this.gathered.length === 0 || this.underWay === MOST_UNDER_WAY) return false;
    return this.underWay === 0 || this.ending || this.gatheredBytes >= this.sizes.secondBytes;
  }

  private next(): Batch {
    const slabs: Filled[] = [];
    let bytes = 0;
    for (const filled of this.gathered) {
      if (bytes > 0 && bytes + filled.length > this.sizes.mostBytes) break;
      slabs.push(filled);
      bytes += filled.length;
    }
    this.gathered = this.gathered.slice(slabs.length);
    this.gatheredBytes -= bytes;
    this.position += bytes;
    return { slabs, bytes, position: this.position - bytes };
  }

  private async run(batch: Batch): Promise<void> {
    this.underWay += 1;
    try {
      await this.use(batch);
    } catch (reason) {
      this.failure ??= { reason };
      this.drop();
    }
    this.underWay -= 1;
    this.giveBack(batch.slabs);
    this.send();
  }

  private drop(): void {
    const dropped = this.gathered;
    this.gathered = [];
    this.gatheredBytes = 0;
    this.giveBack(dropped);
  }

  private giveBack(filled: readonly Filled[]): void {
    for (const { slab } of filled) this.slabs.release(slab);
    this.held -= filled.length;
    for (const go of this.waiting.splice(0)) go();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private throwIfFailed(): void {
    if (this.failure !== null) throw this.failure.reason;
  }
}
