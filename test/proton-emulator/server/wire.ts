import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, type Reply } from '../api-error.js';

/** Beyond a block of 4 MiB, its OpenPGP packets and the multipart frame. */
const BODY_MAX = 16 * 1024 * 1024;
const SLICES_PER_SECOND = 20;

/** The whole body, no faster than `bytesPerSecond` (0: as it comes). ApiError 413 beyond 16 MiB. */
export const readBody = async (request: IncomingMessage, bytesPerSecond: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_MAX) throw new ApiError(413, 2000, 'The body is too large');
    chunks.push(chunk);
    if (bytesPerSecond > 0) await sleep((chunk.length / bytesPerSecond) * 1000);
  }
  return Buffer.concat(chunks);
};

/** What goes over the wire for a reply: bytes as they are, anything else as JSON. */
export const encoded = ({ body }: Reply): { readonly contentType: string; readonly bytes: Buffer } =>
  body instanceof Uint8Array
    ? { contentType: 'application/octet-stream', bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength) }
    : {
        contentType: 'application/json',
        bytes: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
      };

/** Ends early, without an error, when the client has gone. */
export const answer = async (response: ServerResponse, reply: Reply, bytesPerSecond: number): Promise<void> => {
  const { contentType, bytes } = encoded(reply);
  response.writeHead(reply.status, {
    'content-type': contentType,
    ...(reply.status === 204 ? {} : { 'content-length': String(bytes.length) }),
    ...reply.headers,
  });
  if (bytesPerSecond === 0) {
    response.end(bytes);
    return;
  }
  const slice = Math.max(1, Math.ceil(bytesPerSecond / SLICES_PER_SECOND));
  for (let at = 0; at < bytes.length && !response.destroyed; at += slice) {
    response.write(bytes.subarray(at, at + slice));
    await sleep(1000 / SLICES_PER_SECOND);
  }
  response.end();
};

/** JSON of a body that says it is JSON; undefined for any other. ApiError 400/2000 when it is not what it says. */
export const jsonOf = (contentType: string | undefined, raw: Buffer): unknown => {
  if (raw.length === 0 || !/\bjson\b/i.test(contentType ?? '')) return undefined;
  try {
    return JSON.parse(raw.toString('utf8')) as unknown;
  } catch {
    throw new ApiError(400, 2000, 'The body is not JSON');
  }
};
