import type { Batches } from './batches.js';
import type { Pieces } from './pieces.js';
import type { Room } from './pour.js';
import type { Filled, Slab } from './slabs.js';

/** Copies that may have one at once: each keeps a slab even while its sender is slow. */
const MOST_ROOMS = 16;

let rooms = 0;

/** A slab that the source of a copy fills itself. What came as pieces goes before what comes here. */
export class SlabRoom implements Room {
  private open: { readonly slab: Slab; length: number } | null = null;
  private counted = false;

  /** `take` is told of bytes before they count, and may refuse them; `pass` gets the slabs that are full. */
  constructor(
    private readonly batches: Batches,
    private readonly pieces: Pieces,
    private readonly take: (bytes: number) => void,
    private readonly pass: (filled: Filled) => void,
  ) {}

  get isOpen(): boolean {
    return this.open !== null;
  }

  next(): Uint8Array | null {
    if (this.open === null && this.allowed()) this.begin();
    return this.open === null ? null : this.open.slab.bytes.subarray(this.open.length);
  }

  took(bytes: number): void {
    this.take(bytes);
    if (this.open === null) throw new RangeError('there was no room for these bytes');
    this.grow(this.open, bytes);
  }

  /** Moves pieces that came although there is room to where they belong. */
  topUp(): void {
    if (this.open === null) return;
    const { slab, length } = this.open;
    this.grow(this.open, this.pieces.moveInto(slab.bytes.subarray(length)));
  }

  /** Passes on what is there; there is no room any more. */
  close(): void {
    const open = this.leave();
    if (open === null) return;
    if (open.length > 0) this.pass(open);
    else this.batches.unused(open.slab);
  }

  /** Forgets what is there. */
  abandon(): void {
    const open = this.leave();
    if (open !== null) this.batches.unused(open.slab);
  }

  private allowed(): boolean {
    if (this.batches.failed || (!this.counted && rooms === MOST_ROOMS)) return false;
    if (!this.counted) rooms += 1;
    this.counted = true;
    return true;
  }

  private begin(): void {
    const slab = this.batches.slabNow();
    if (slab === null) return;
    this.open = { slab, length: 0 };
    this.topUp();
  }

  private grow(open: { readonly slab: Slab; length: number }, bytes: number): void {
    open.length += bytes;
    if (open.length < open.slab.bytes.length) return;
    this.open = null;
    this.pass(open);
  }

  private leave(): Filled | null {
    const { open } = this;
    this.open = null;
    if (this.counted) rooms -= 1;
    this.counted = false;
    return open;
  }
}
