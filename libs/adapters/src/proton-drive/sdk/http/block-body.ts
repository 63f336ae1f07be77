import { randomBytes } from 'node:crypto';
import { giveBack } from '#platform/give-back.js';
import { AROUND_BLOCK_BYTES } from '../crypto/block-cipher.js';

/** Blocks of which an attempt to send them may still be reading. */
const beingRead = new WeakSet<Uint8Array>();

/** A block on its way to storage. */
export class BlockBody {
  constructor(readonly bytes: Uint8Array) {}

  /** To be told when an attempt is over before the system has taken over all of the body. */
  leftUnsent(): void {
    beingRead.add(this.bytes);
  }

  /** Once storage has it, nobody asks for it again. */
  giveBack(): void {
    if (!beingRead.has(this.bytes)) giveBack(this.bytes, AROUND_BLOCK_BYTES);
  }
}

export interface Multipart {
  readonly contentType: string;
  readonly contentLength: number;
  readonly parts: readonly Uint8Array[];
  leftUnsent(): void;
}

/** The form with one file in it that storage takes, as pieces to be sent one after another, so that no block is copied for it. */
export const multipart = (block: BlockBody): Multipart => {
  const boundary = `ballast-${randomBytes(16).toString('hex')}`;
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="Block"; filename="blob"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: head.length + block.bytes.length + tail.length,
    parts: [head, block.bytes, tail],
    leftUnsent: () => block.leftUnsent(),
  };
};
