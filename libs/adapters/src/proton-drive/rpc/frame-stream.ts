import { deserialize, serialize } from 'node:v8';
import type { Frame } from './frame.js';

/**
 * A frame on its way: two lengths as unsigned 32-bit numbers, the frame in V8's serialization, and the bytes of an item, which
 * go beside it as they are. Both ends are one program of one version.
 */
const LENGTHS = 8;
/** Beyond these, one end has lost its place in the stream. */
const WORDS_MAX = 64 * 2 ** 20;
const BYTES_MAX = 16 * 2 ** 20;

/** What to write for a frame, one after another; bytes are not copied. */
export const partsOf = (frame: Frame): readonly Uint8Array[] => {
  const bytes = frame.kind === 'item' && frame.value instanceof Uint8Array ? frame.value : null;
  const words = serialize(bytes === null ? frame : { ...frame, value: null });
  const lengths = Buffer.allocUnsafe(LENGTHS);
  lengths.writeUInt32BE(words.length, 0);
  // Counted from one: no bytes at all and an empty piece of them differ.
  lengths.writeUInt32BE(bytes === null ? 0 : bytes.length + 1, 4);
  return bytes === null ? [lengths, words] : [lengths, words, bytes];
};

/** Puts the frames of a stream together again, however it was cut. The bytes of an item come in a buffer of their own. */
export class FrameReader {
  private readonly lengths = Buffer.alloc(LENGTHS);
  private words: Buffer | null = null;
  private bytes: Buffer | null = null;
  private target: Buffer = this.lengths;
  private filled = 0;

  constructor(private readonly received: (frame: Frame) => void) {}

  /** Keeps nothing of `chunk` but copies. Throws a RangeError for what cannot be a stream of frames. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(chunk.length - at, this.target.length - this.filled);
      this.target.set(chunk.subarray(at, at + taken), this.filled);
      this.filled += taken;
      at += taken;
      while (this.filled === this.target.length) this.advance();
    }
  }

  private advance(): void {
    if (this.words === null) this.expect(this.lengths.readUInt32BE(0), this.lengths.readUInt32BE(4));
    else if (this.target === this.words && this.bytes !== null) this.fill(this.bytes);
    else this.deliver(this.words);
  }

  private expect(words: number, bytesAndOne: number): void {
    if (words === 0 || words > WORDS_MAX || bytesAndOne > BYTES_MAX) throw new RangeError('no frame begins here');
    this.words = Buffer.allocUnsafe(words);
    // In memory of their own, so that whoever used them up can give it back at once.
    this.bytes = bytesAndOne === 0 ? null : Buffer.allocUnsafeSlow(bytesAndOne - 1);
    this.fill(this.words);
  }

  private deliver(words: Buffer): void {
    const frame = deserialize(words) as Frame;
    const { bytes } = this;
    this.words = null;
    this.bytes = null;
    this.fill(this.lengths);
    this.received(bytes === null || frame.kind !== 'item' ? frame : { ...frame, value: bytes });
  }

  private fill(target: Buffer): void {
    this.target = target;
    this.filled = 0;
  }
}
