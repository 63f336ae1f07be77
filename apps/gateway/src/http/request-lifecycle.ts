import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type Http2ServerResponse } from 'node:http2';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '#platform/logger.js';
import { metrics } from '#platform/metrics.js';
import type { Draining } from './draining.js';
import { traceparentOf, type RequestScope } from './request-scope.js';
import { routeOf } from './routes.js';

/** On every answer: nothing that is served here may be sniffed, framed, cached or run. */
const HEADERS: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'"],
  ['referrer-policy', 'no-referrer'],
  ['cache-control', 'private, no-store'],
];

export interface Lifecycle {
  readonly logger: Logger;
  readonly draining: Draining;
  readonly https: boolean;
}

/** Gives every request its scope and follows it to its end: headers, numbers, one line in the log. */
export const followRequests = (fastify: FastifyInstance, lifecycle: Lifecycle): void => {
  fastify.addHook('onRequest', (request, reply, done) => {
    beginRequest(request, reply.raw, lifecycle);
    // What an uploaded body claims to be is nobody's business here, even when the claim has no valid form.
    if (request.method === 'PUT') delete request.headers['content-type'];
    done();
  });
};

/** Also called by itself for requests that the framework refuses before any hook. */
export const beginRequest = (request: FastifyRequest, response: ServerResponse, lifecycle: Lifecycle): void => {
  const { draining, https } = lifecycle;
  const gone = new AbortController();
  const { label: route } = routeOf(request.url);
  const traceparent = traceparentOf(request.raw);
  const scope: RequestScope = { id: request.id, route, traceparent, signal: gone.signal, startedAt: performance.now() };
  request.scope = scope;
  for (const [name, value] of HEADERS) response.setHeader(name, value);
  response.setHeader('x-request-id', scope.id);
  if (https) response.setHeader('strict-transport-security', 'max-age=31536000');
  if (draining.begun) response.shouldKeepAlive = false;
  draining.enter();
  metrics.httpInFlight.inc({ route });
  response.once('close', () => {
    if (!isComplete(response)) gone.abort();
    metrics.httpInFlight.dec({ route });
    draining.leave();
    tell(request.raw, response, scope, lifecycle.logger);
  });
};

const tell = (request: IncomingMessage, response: ServerResponse, scope: RequestScope, logger: Logger): void => {
  const seconds = (performance.now() - scope.startedAt) / 1000;
  const complete = isComplete(response);
  const status = response.headersSent ? response.statusCode : 0;
  const method = request.method ?? '';
  const codeClass = complete ? `${Math.floor(status / 100)}xx` : 'aborted';
  metrics.httpDuration.observe({ route: scope.route, method: knownMethod(method), code_class: codeClass }, seconds);
  logger.info(
    {
      requestId: scope.id,
      traceparent: scope.traceparent ?? undefined,
      method,
      path: (request.url ?? '').split('?', 1)[0],
      status,
      complete,
      ms: Math.round(seconds * 1e6) / 1e3,
      bytes: Number(response.getHeader('content-length') ?? 0),
      http: request.httpVersion,
      fault: scope.fault,
    },
    'request',
  );
};

/** HTTP/2 calls every answer finished, even one that was cancelled: what counts there is how the stream ended. */
const isComplete = (response: ServerResponse): boolean => {
  const { stream } = response as unknown as Partial<Http2ServerResponse>;
  return stream === undefined
    ? response.writableFinished
    : response.writableEnded && stream.rstCode === constants.NGHTTP2_NO_ERROR;
};

const METHODS = new Set(['GET', 'HEAD', 'PUT', 'POST']);
const knownMethod = (method: string): string => (METHODS.has(method) ? method : 'OTHER');
