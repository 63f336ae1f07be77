import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LFS_JSON } from '#contracts/lfs/media-type.js';
import type { Fault } from '#domain/fault/fault.js';
import type { FaultKind } from '#domain/fault/faults.js';
import type { Logger } from '#platform/logger.js';
import { metrics } from '#platform/metrics.js';
import { breakOff, closeAfterRefusal } from '../http/lingering-close.js';
import { routeOf } from '../http/routes.js';
import { asFault } from './as-fault.js';
import { errorBody, type DocumentationUrl } from './fault-message.js';
import { UNEXPECTED } from './fault-guide.js';
import { retryAfterOf, statusOf } from './status.js';

const LEVEL_OF_KIND = {
  invalid: 'info',
  unauthenticated: 'debug', // the first request of every client
  forbidden: 'info',
  'not-found': 'info',
  gone: 'info',
  conflict: 'info',
  'too-large': 'info',
  unsupported: 'info',
  throttled: 'info',
  unavailable: 'warn',
  exhausted: 'error',
  corrupt: 'error',
  bug: 'error',
} as const satisfies Record<FaultKind, 'debug' | 'info' | 'warn' | 'error'>;

/** The edge where every failure becomes an LFS answer: the only place that knows both faults and HTTP. */
@Catch()
export class FaultFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly documentation: DocumentationUrl,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const fault = asFault(error, request.url);
    this.tell(error, fault, request);
    // Once bytes are out, the only honest answer is a connection that breaks off.
    if (reply.raw.headersSent || reply.raw.destroyed) return breakOff(reply.raw);
    if (!request.raw.complete) closeAfterRefusal(request.raw, reply.raw);
    const status = fault === null ? 500 : statusOf(fault);
    if (status === 401) reply.headers({ 'lfs-authenticate': CHALLENGE, 'www-authenticate': CHALLENGE });
    if (status === 405) reply.header('allow', routeOf(request.url).methods.join(', '));
    if (status === 429 && fault !== null) reply.header('retry-after', String(retryAfterOf(fault)));
    const body = JSON.stringify(errorBody(fault, request.id, this.documentation));
    reply
      .code(status)
      .header('content-type', LFS_JSON)
      .send(request.method === 'HEAD' ? undefined : Buffer.from(body));
  }

  private tell(error: unknown, fault: Fault | null, { id, scope }: FastifyRequest): void {
    const gone = scope.signal.aborted;
    const code = fault?.code ?? (gone ? 'client-gone' : UNEXPECTED);
    scope.fault = code;
    if (fault?.code === 'digest.mismatch') metrics.integrityFailures.inc({ where: 'client_put' });
    if (fault?.code === 'vault.corrupt') metrics.integrityFailures.inc({ where: 'hydrate' });
    const level = gone ? 'info' : fault === null ? 'error' : LEVEL_OF_KIND[fault.kind];
    this.logger[level]({ requestId: id, code, err: error }, 'request failed');
  }
}

const CHALLENGE = 'Basic realm="Ballast"';
