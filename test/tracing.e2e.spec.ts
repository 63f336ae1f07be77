import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Drill } from './harness/drill.js';
import { eventually } from './harness/run.js';

interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
    };
    readonly scopeSpans: readonly { readonly spans: readonly { readonly name: string; readonly traceId: string }[] }[];
  }[];
}

describe('one trace from the request to the vault', () => {
  const received: { service: string; name: string; traceId: string }[] = [];
  const bodies: string[] = [];
  let collector: Server;
  let drill: Drill;

  beforeAll(async () => {
    collector = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        bodies.push(body);
        for (const { resource, scopeSpans } of (JSON.parse(body) as Exported).resourceSpans) {
          const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
          for (const { name, traceId } of scopeSpans.flatMap(({ spans }) => spans))
            received.push({ service, name, traceId });
        }
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => void collector.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    drill = await new Drill({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } }).start();
  }, 120_000);

  afterAll(async () => {
    await drill.dispose();
    collector.close();
  }, 120_000);

  it('joins gateway, relay, worker and vault, and carries no secret', async () => {
    await drill.pushUntilDone(await drill.work([100_000]));
    await eventually(
      'the spans of a whole way arrive',
      () => {
        const put = received.find(({ name }) => name === 'PUT object');
        const trace = received.filter(({ traceId }) => traceId === put?.traceId);
        expect([...new Set(trace.map(({ service }) => service))].sort()).toEqual([
          'ballast-gateway',
          'ballast-reconciler',
          'ballast-worker',
        ]);
        expect(trace.map(({ name }) => name)).toContain('vault.put');
      },
      30_000,
    );
    for (const body of bodies) {
      expect(body).not.toContain(drill.stack.token);
      expect(body).not.toMatch(/[0-9a-f]{64}/);
    }
  }, 120_000);
});
