import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type Http2ServerResponse } from 'node:http2';

const LINGER_MS = 5_000;

/**
 * Prepares the end of a connection whose request body is not going to be read. Closing it at once would answer the bytes
 * that are still arriving with a reset, which can overtake the refusal; so the answer is sent, our side is closed, and what
 * comes is thrown away until the client has understood, or for five seconds.
 */
export const closeAfterRefusal = (request: IncomingMessage, response: ServerResponse): void => {
  if (request.httpVersionMajor === 2) return closeStream(response as unknown as Http2ServerResponse);
  response.shouldKeepAlive = false;
  const { socket } = request;
  socket.destroySoon = () => {
    if (socket.writable) socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  };
};

/** HTTP/2 has a word for it: the answer is complete, the rest of the request is not wanted. */
const closeStream = ({ stream }: Http2ServerResponse): void => {
  stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
};

/** Ends an answer that has begun and must not look complete. */
export const breakOff = (response: ServerResponse): void => {
  const { stream } = response as unknown as Partial<Http2ServerResponse>;
  if (stream === undefined) response.destroy();
  else stream.close(constants.NGHTTP2_INTERNAL_ERROR);
};
