/** What disks and file systems take as a whole; slabs begin at a multiple of it. */
export const BLOCK_BYTES = 4096;
const WASM_PAGE_BYTES = 65_536;

// A global of every Node, which the types of Node leave to those of browsers.
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number; readonly shared: true }) => {
    readonly buffer: SharedArrayBuffer;
  };
};

/** A piece of shared memory that is lent out for one write and its hashing. */
export interface Slab {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A slab with bytes in it, from its beginning on. */
export interface Filled {
  readonly slab: Slab;
  readonly length: number;
}

/**
 * A fixed amount of memory that threads share, lent out in equal pieces: however many copies run, this is all they hold.
 * Waiting for a piece is the backpressure. Pieces are held only while bytes at hand are written and hashed, and by few
 * sources that fill them (`SlabRoom`), so everyone's turn comes.
 */
export class Slabs {
  readonly memory: SharedArrayBuffer;
  private readonly free: Slab[];
  private readonly waiting: ((slab: Slab) => void)[] = [];

  constructor(
    readonly slabBytes: number,
    count: number,
  ) {
    // Memory of this kind begins at a page, which a plain SharedArrayBuffer does not: disks take it without a copy.
    const pages = Math.ceil((slabBytes * count) / WASM_PAGE_BYTES);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer;
    this.free = Array.from({ length: count }, (_, index) => {
      const offset = index * slabBytes;
      return { offset, bytes: new Uint8Array(this.memory, offset, slabBytes) };
    });
  }

  acquire(): Promise<Slab> {
    const slab = this.acquireNow();
    return slab ? Promise.resolve(slab) : new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Null when all are lent. The piece that was used last comes first: it is the one still in the processor's cache. */
  acquireNow(): Slab | null {
    return this.free.pop() ?? null;
  }

  release(slab: Slab): void {
    const next = this.waiting.shift();
    if (next) next(slab);
    else this.free.push(slab);
  }
}

/** Whether bytes lie in a slab, from a multiple of a block on. */
export const inSlab = (bytes: Uint8Array): boolean =>
  bytes.buffer instanceof SharedArrayBuffer && bytes.byteOffset % BLOCK_BYTES === 0;
