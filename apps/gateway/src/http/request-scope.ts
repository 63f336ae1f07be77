import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { EventContext } from '#domain/event/event.js';
import type { TokenId } from '#domain/token/token.js';
import { currentTraceparent } from '#platform/telemetry.js';
import type { RouteLabel } from './routes.js';

/** What belongs to one request from its first to its last byte. */
export interface RequestScope {
  readonly id: string;
  readonly route: RouteLabel;
  readonly traceparent: string | null;
  /** Fires when the client goes away before it has its answer. */
  readonly signal: AbortSignal;
  readonly startedAt: number;
  /** The code of the fault that the request ended with, for its line in the log. */
  fault?: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    scope: RequestScope;
  }
}

const SANE_ID = /^[A-Za-z0-9._-]{8,64}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's id where it can stand in logs, headers and messages as it is; else a new one. */
export const requestIdOf = ({ headers }: { readonly headers: IncomingHttpHeaders }): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
};

export const traceparentOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string | null => {
  const given = headers['traceparent'];
  return typeof given === 'string' && TRACEPARENT.test(given) ? given : null;
};

/** Who writes because of this request; called inside of its span. */
export const contextOf = ({ id, traceparent }: RequestScope, token: TokenId): EventContext => ({
  correlationId: id,
  causationId: null,
  actor: `token:${token}`,
  traceparent: currentTraceparent() ?? traceparent,
});
