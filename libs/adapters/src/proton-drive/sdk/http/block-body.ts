import { randomBytes } from 'node:crypto';

/** A block on its way to storage. */
export class BlockBody {
  constructor(readonly bytes: Uint8Array) {}
}

export interface Multipart {
  readonly contentType: string;
  readonly contentLength: number;
  readonly parts: readonly Uint8Array[];
}

/** The form with one file in it that storage takes, as pieces to be sent one after another, so that no block is copied for it. */
export const multipart = ({ bytes }: BlockBody): Multipart => {
  const boundary = `ballast-${randomBytes(16).toString('hex')}`;
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="Block"; filename="blob"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: head.length + bytes.length + tail.length,
    parts: [head, bytes, tail],
  };
};
