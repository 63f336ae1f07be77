import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import { LFS_JSON } from '#contracts/lfs/media-type.js';
import { keepSessionsAlive } from './http2-sessions.js';

export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface ServerLimits {
  readonly connectionsMax: number;
  readonly pingIntervalMs: number;
  /** Fires when no more requests are wanted. */
  readonly retired: AbortSignal;
}

const HEADER_BYTES_MAX = 16 * 1024;
const HEADERS_TIMEOUT_MS = 30_000;
const HEADERS_CHECK_MS = 5_000;
/** Longer than load balancers keep a connection, so that it is never us who close one that is just being used. */
const KEEP_ALIVE_MS = 75_000;
const STREAM_WINDOW_BYTES = 1024 * 1024;
const STREAMS_MAX = 128;

/**
 * The server below the framework. `requestTimeout` is off: an upload takes as long as it takes, and bodies are watched for
 * progress instead. With TLS it speaks HTTP/2 and HTTP/1.1, without it HTTP/1.1 only.
 */
export const createGatewayServer = (listener: RequestListener, tls: Tls | null, limits: ServerLimits): Server => {
  const server = tls === null ? plain(listener) : (secure(listener, tls, limits) as unknown as Server);
  server.requestTimeout = 0;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = limits.connectionsMax;
  return server;
};

const plain = (listener: RequestListener): Server =>
  createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      requestTimeout: 0,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: HEADERS_CHECK_MS,
      insecureHTTPParser: false,
      noDelay: true,
    },
    listener,
  );

const secure = (listener: RequestListener, { cert, key }: Tls, limits: ServerLimits): Http2SecureServer => {
  const options = {
    cert,
    key,
    allowHTTP1: true,
    minVersion: 'TLSv1.2' as const,
    maxHeaderSize: HEADER_BYTES_MAX, // for HTTP/1.1 connections
    handshakeTimeout: HEADERS_TIMEOUT_MS,
    maxSessionMemory: 64,
    settings: {
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxConcurrentStreams: STREAMS_MAX,
      maxHeaderListSize: HEADER_BYTES_MAX,
    },
  };
  const server = createSecureServer(options, listener as unknown as Parameters<typeof createSecureServer>[1]);
  keepSessionsAlive(server, limits);
  return server;
};

/** Answers what never became a request: unreadable, oversized or too slow to arrive. */
export const refuseUnreadable = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = STATUS_OF_PARSER[error.code ?? ''] ?? 400;
  const body = JSON.stringify({ message: STATUS_CODES[status] });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, `Content-Type: ${LFS_JSON}`, 'Connection: close'];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'), () => socket.destroy());
};

const STATUS_OF_PARSER: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
