import { Controller, Post, Req, Res } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { VerifyObject } from '#application/verify-object/verify-object.js';
import { VerifyRequest } from '#contracts/lfs/batch.js';
import { parseJson } from '#contracts/lfs/json.js';
import { LFS_JSON } from '#contracts/lfs/media-type.js';
import { Fault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';
import { shortOid, traced } from '#platform/telemetry.js';
import { textOf } from '../http/body.js';
import { checkMedia } from '../http/media.js';
import { LFS } from '../http/routes.js';
import { Waiting } from '../http/waiting.js';
import { Redemption } from '../transfer/redemption.js';

const BODY_BYTES_MAX = 4096;
const BODY_PROGRESS = { windowMs: 30_000, leastBytesPerSecond: 0 };

@Controller(LFS)
export class VerifyController {
  constructor(
    private readonly redemption: Redemption,
    private readonly verifyObject: VerifyObject,
    private readonly waiting: Waiting,
  ) {}

  /** The place where a push waits for its object to be durable: every status below 400 would count as success here. */
  @Post('objects/:oid/verify')
  verify(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return traced('POST verify', { kind: SpanKind.SERVER, parent: request.scope.traceparent }, async (span) => {
      const action = await this.redemption.of(request, 'verify');
      span.setAttributes({ oid: shortOid(action.grant.oid) });
      checkMedia(request);
      const stated = await this.stated(request);
      const timer = metrics.verifyWait.startTimer();
      const order = { action, stated, waitMs: this.waiting.verifyMs(request), signal: this.waiting.signal(request) };
      const mode = await this.verifyObject.execute(order).catch((error: unknown) => {
        timer({ outcome: 'unsettled' });
        throw error;
      });
      timer({ outcome: mode });
      metrics.acks.inc({ mode });
      reply.code(200).header('content-type', LFS_JSON).send(Buffer.from('{}'));
    });
  }

  private async stated({ raw, scope }: FastifyRequest): Promise<{ oid: unknown; size: unknown }> {
    const text = await textOf(raw, BODY_BYTES_MAX, BODY_PROGRESS, scope.signal);
    const parsed = VerifyRequest.safeParse(parseJson(text));
    if (!parsed.success) throw new Fault('request.malformed', { field: 'body' });
    return { oid: parsed.data.oid, size: parsed.data.size };
  }
}
