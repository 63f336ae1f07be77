import type { Http2SecureServer } from 'node:http2';
import { tlsFixture } from '#testing/gateway/tls-fixture.js';
import { createGatewayServer } from './server.js';

describe('the server', () => {
  const limits = { connectionsMax: 7, pingIntervalMs: 10_000, retired: new AbortController().signal };
  const tls = { cert: Buffer.from(tlsFixture.cert), key: Buffer.from(tlsFixture.key) };

  it.each([
    ['without TLS', null],
    ['with TLS', tls],
  ])('%s cuts no slow upload, and no connection that is being used', (_, given) => {
    const server = createGatewayServer(() => undefined, given, limits);
    expect(server.requestTimeout).toBe(0);
    expect(server.timeout).toBe(0);
    expect(server.headersTimeout).toBe(30_000);
    expect(server.keepAliveTimeout).toBe(75_000);
    expect(server.maxConnections).toBe(7);
  });

  it('keeps these limits once it listens', async () => {
    const server = createGatewayServer(() => undefined, tls, limits) as unknown as Http2SecureServer & {
      requestTimeout: number;
    };
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    expect(server.requestTimeout).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });
});
