import { Controller, Get, Head, Req, Res } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FollowHydration } from '#application/open-object/follow-hydration.js';
import { OpenLinkedObject, type OpenedObject } from '#application/open-object/open-object.js';
import type { ByteRange } from '#application/ports/hot-tier.js';
import { OBJECT_BYTES } from '#contracts/lfs/media-type.js';
import { metrics } from '#platform/metrics.js';
import { shortOid, traced } from '#platform/telemetry.js';
import { contextOf } from '../http/request-scope.js';
import { LFS } from '../http/routes.js';
import { sendBytes } from '../http/send-bytes.js';
import { sendObject } from '../http/send-object.js';
import { Transfers } from '../http/transfers.js';
import { etagOf, matches, parseRange } from './range.js';
import { Redemption } from './redemption.js';

@Controller(LFS)
export class DownloadController {
  constructor(
    private readonly redemption: Redemption,
    private readonly openObject: OpenLinkedObject,
    private readonly hydration: FollowHydration,
    private readonly transfers: Transfers,
  ) {}

  @Get('objects/:oid')
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.download(request, reply);
  }

  @Head('objects/:oid')
  head(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.download(request, reply);
  }

  private download(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return traced('GET object', { kind: SpanKind.SERVER, parent: request.scope.traceparent }, async (span) => {
      const action = await this.redemption.of(request, 'download');
      span.setAttributes({ oid: shortOid(action.grant.oid), bytes: action.grant.sizeBytes });
      await this.transfers.run(async () => {
        const opened = await this.openObject.execute(action, contextOf(request.scope, action.token.id));
        try {
          await this.send(opened, request, reply);
        } finally {
          if (opened.heat === 'hot') await opened.object.close();
        }
      });
    });
  }

  private async send(opened: OpenedObject, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { oid, size } = opened.pointer;
    const etag = etagOf(oid);
    if (matches(request.headers['if-none-match'], etag)) return void reply.code(304).header('etag', etag).send();
    const range = opened.heat === 'hot' ? wantedRange(request, reply, size) : null;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(range === null ? 200 : 206, {
      'content-type': OBJECT_BYTES,
      'content-length': range === null ? size : range.end - range.start + 1,
      'content-disposition': 'attachment',
      'accept-ranges': 'bytes',
      etag,
      ...(range === null ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
    });
    if (request.method === 'HEAD') return void raw.end();
    // At once, however far away the bytes are: a client's other transfers wait for the first headers
    // (docs/git-lfs.md#first-headers).
    raw.flushHeaders();
    metrics.cacheRequests.inc({ result: opened.heat });
    const stallMs = this.transfers.progress.windowMs;
    const { signal } = request.scope;
    if (opened.heat === 'cold') return sendBytes(raw, this.hydration.bytes(opened.pointer, signal), stallMs, signal);
    await sendObject(raw, opened.object, range ?? { start: 0, end: size - 1 }, { stallMs, signal });
  }
}

const wantedRange = ({ headers, method }: FastifyRequest, reply: FastifyReply, size: number): ByteRange | null => {
  if (method === 'HEAD') return null;
  reply.header('content-range', `bytes */${size}`); // stands if the range cannot be satisfied
  const range = parseRange(headers.range, size);
  reply.removeHeader('content-range');
  return range;
};
