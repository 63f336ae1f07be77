import { Controller, Put, Req, Res } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RedeemedAction } from '#application/authorize/redeem-action.js';
import { ReceiveObject, type Reception } from '#application/receive-object/receive-object.js';
import { metrics } from '#platform/metrics.js';
import { reached } from '#platform/milestone.js';
import { shortOid, traced } from '#platform/telemetry.js';
import { bodyOf, declaredLength } from '../http/body.js';
import { contextOf } from '../http/request-scope.js';
import { LFS } from '../http/routes.js';
import { Transfers } from '../http/transfers.js';
import { Redemption } from './redemption.js';

@Controller(LFS)
export class UploadController {
  constructor(
    private readonly redemption: Redemption,
    private readonly receiveObject: ReceiveObject,
    private readonly transfers: Transfers,
  ) {}

  /** Answered as soon as the bytes are safe on the hot tier's disk; whoever needs more than that asks `verify`. */
  @Put('objects/:oid')
  async upload(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await traced('PUT object', { kind: SpanKind.SERVER, parent: request.scope.traceparent }, async (span) => {
      const action = await this.redemption.of(request, 'upload');
      span.setAttributes({ oid: shortOid(action.grant.oid), bytes: action.grant.sizeBytes });
      await this.transfers.run(() => this.receive(request, action));
      reached('gateway.staged-committed', { oid: action.grant.oid });
      metrics.httpRequestBytes.inc({ route: 'object' }, action.grant.sizeBytes);
      // What was read past the HTTP parser leaves it waiting for a body that has come.
      if (!request.raw.complete) reply.raw.shouldKeepAlive = false;
      reply.code(200).header('content-length', '0').send();
    });
  }

  private receive({ raw, scope }: FastifyRequest, action: RedeemedAction): Promise<Reception> {
    return this.receiveObject.execute({
      action,
      declaredBytes: declaredLength(raw),
      body: bodyOf(raw, this.transfers.progress, scope.signal),
      context: contextOf(scope, action.token.id),
      signal: scope.signal,
    });
  }
}
