import { randomUUID } from 'node:crypto';
import { Controller, Post, Req, Res } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OfferBatch, type AnsweredObject } from '#application/offer-batch/offer-batch.js';
import type { Repository } from '#application/ports/catalogue.js';
import type { IssuedToken } from '#application/ports/tokens.js';
import { BATCH_BODY_BYTES_MAX } from '#contracts/lfs/batch.js';
import { parseJson } from '#contracts/lfs/json.js';
import { LFS_JSON } from '#contracts/lfs/media-type.js';
import { readBatch, type ReadBatch } from '#contracts/lfs/read-batch.js';
import { metrics } from '#platform/metrics.js';
import { traced } from '#platform/telemetry.js';
import { Admission } from '../http/admission.js';
import { textOf } from '../http/body.js';
import { checkMedia } from '../http/media.js';
import { contextOf } from '../http/request-scope.js';
import { LFS } from '../http/routes.js';
import { Waiting } from '../http/waiting.js';
import { BatchReply } from './batch-reply.js';
import { countBatch, countWaitingBatch } from './batch-metrics.js';

/** A batch is at most 1 MiB: whoever needs longer than this for it is not sending it. */
const BODY_PROGRESS = { windowMs: 30_000, leastBytesPerSecond: 0 };

@Controller(LFS)
export class BatchController {
  constructor(
    private readonly admission: Admission,
    private readonly offerBatch: OfferBatch,
    private readonly waiting: Waiting,
    private readonly replies: BatchReply,
  ) {}

  @Post('objects/batch')
  batch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return traced('POST batch', { kind: SpanKind.SERVER, parent: request.scope.traceparent }, async () => {
      const token = await this.admission.token(request);
      checkMedia(request);
      const text = await textOf(request.raw, BATCH_BODY_BYTES_MAX, BODY_PROGRESS, request.scope.signal);
      metrics.httpRequestBytes.inc({ route: 'batch' }, text.length);
      const batch = readBatch(parseJson(text));
      const needed = batch.operation === 'upload' ? 'write' : 'read';
      const repository = await this.admission.repository(request, token, needed);
      const objects = await this.answer(batch, repository, token, request);
      reply.code(200).header('content-type', LFS_JSON);
      reply.send(Buffer.from(JSON.stringify(this.replies.of(objects, repository, request.id))));
    });
  }

  private async answer(
    { operation, objects }: ReadBatch,
    repository: Repository,
    token: IssuedToken,
    request: FastifyRequest,
  ): Promise<readonly AnsweredObject[]> {
    const order = {
      repository,
      token,
      batchId: randomUUID(),
      waitMs: this.waiting.batchMs,
      context: contextOf(request.scope, token.id),
      signal: this.waiting.signal(request),
    };
    const timer = metrics.batchWait.startTimer();
    try {
      const answered = await this.offerBatch.execute(operation, objects, order);
      timer({ outcome: 'answered' });
      countBatch(operation, answered, repository.ackMode);
      return answered;
    } catch (error) {
      timer({ outcome: 'unsettled' });
      countWaitingBatch(operation, objects.length, error);
      throw error;
    }
  }
}
