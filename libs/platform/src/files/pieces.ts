import { giveBack } from '../give-back.js';

/** What a source gave and nobody has taken yet, in order. */
export class Pieces {
  bytes = 0;
  private pieces: Uint8Array[] = [];
  /** How much of the first piece has been taken. */
  private taken = 0;

  /** `owned`: nobody else holds the pieces, so their memory is given back as soon as they are copied. */
  constructor(private readonly owned: boolean) {}

  get count(): number {
    return this.pieces.length;
  }

  add(piece: Uint8Array): void {
    this.pieces.push(piece);
    this.bytes += piece.length;
  }

  /** Makes one piece of all of them, and returns it. */
  join(): Uint8Array {
    const [first] = this.pieces;
    if (first !== undefined && this.pieces.length === 1 && this.taken === 0) return first;
    const joined = new Uint8Array(this.bytes);
    this.moveInto(joined);
    if (joined.length > 0) this.add(joined);
    return joined;
  }

  /** Moves as much as there is and fits to the beginning of `target`, and returns how much that was. */
  moveInto(target: Uint8Array): number {
    let length = 0;
    let used = 0;
    const place = Buffer.from(target.buffer, target.byteOffset, target.length);
    for (const piece of this.pieces) {
      const part = piece.subarray(this.taken, this.taken + target.length - length);
      // `set` copies into shared memory word by word, which takes three times as long.
      place.fill(part, length, length + part.length);
      length += part.length;
      this.taken += part.length;
      if (this.taken < piece.length) break;
      used += 1;
      this.taken = 0;
      if (this.owned) giveBack(piece);
    }
    this.pieces = this.pieces.slice(used);
    this.bytes -= length;
    return length;
  }
}
