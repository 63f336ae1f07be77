import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { currentTraceparent, shortOid, startTelemetry, traced } from './telemetry.js';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
let stop: () => Promise<void> = async () => undefined;

afterEach(async () => {
  await stop();
  trace.disable();
  context.disable();
  propagation.disable();
});

const start = (otlpEndpoint?: string) => {
  const spans = new InMemorySpanExporter();
  stop = startTelemetry('spec', '1.2.3', { otlpEndpoint }, [new SimpleSpanProcessor({ exporter: spans })]);
  return spans;
};

describe('a trace', () => {
  it('goes on from the cause that a message or job carried, and is handed on from there', async () => {
    const spans = start();
    const handedOn = await traced('store-object', { parent: TRACEPARENT }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return currentTraceparent();
    });
    const [span] = spans.getFinishedSpans();
    expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(handedOn).toBe(`00-0af7651916cd43dd8448eb211c80319c-${span?.spanContext().spanId}-01`);
  });

  it('nests what runs within', async () => {
    const spans = start();
    await traced('outer', { attributes: { queue: 'store-object' } }, () => traced('inner', {}, async () => undefined));
    const [inner, outer] = spans.getFinishedSpans();
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(outer?.attributes).toEqual({ queue: 'store-object' });
    expect(outer?.resource.attributes).toMatchObject({ 'service.name': 'ballast-spec', 'service.version': '1.2.3' });
  });

  it('begins anew where the cause is absent or nonsense', async () => {
    start();
    for (const parent of [null, undefined, '', 'nonsense', '00-0-0-00', `${TRACEPARENT}\r\nx: y`])
      expect(await traced('x', { parent }, async () => currentTraceparent())).toMatch(
        /^00-(?!0af7)[0-9a-f]{32}-[0-9a-f]{16}-01$/,
      );
  });

  it('marks a failure without telling its text, and throws it on', async () => {
    const spans = start();
    const error = new TypeError('secret');
    await expect(traced('x', {}, () => Promise.reject(error))).rejects.toBe(error);
    const [span] = spans.getFinishedSpans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'TypeError' });
    expect(JSON.stringify(span?.events)).not.toContain('secret');
  });

  it('has no traceparent outside of a span', () => {
    start();
    expect(currentTraceparent()).toBeNull();
  });

  it('shows no more of an oid than its beginning', () => {
    expect(shortOid('a'.repeat(64))).toBe('a'.repeat(12));
  });
});

describe('a collector', () => {
  let collector: Server | null = null;
  const listen = async (answer: () => void): Promise<string> => {
    collector = createServer((_request, response) => {
      answer();
      if (collector) response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    return `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  };
  afterEach(() => {
    collector?.closeAllConnections();
    collector?.close();
    collector = null;
  });

  it('that is configured gets the spans', async () => {
    let posts = 0;
    start(`${await listen(() => (posts += 1))}/`);
    await traced('x', {}, async () => undefined);
    await stop();
    expect(posts).toBe(1);
  });

  it.each([
    ['refuses', async () => 'http://127.0.0.1:9'],
    [
      'never answers',
      async () => {
        const silent = createServer(() => undefined).listen(0, '127.0.0.1');
        await once(silent, 'listening');
        collector = silent;
        return `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      },
    ],
  ])(
    'that %s neither slows nor breaks anything',
    async (_, url) => {
      start(await url());
      const began = Date.now();
      for (let count = 0; count < 5_000; count += 1) await traced('x', {}, async () => undefined);
      expect(Date.now() - began).toBeLessThan(3_000);
      await stop();
      expect(Date.now() - began).toBeLessThan(30_000);
    },
    40_000,
  );
});
