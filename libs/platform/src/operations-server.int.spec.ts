import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Probe } from './health.js';
import { startOperationsServer, type OperationsServer } from './operations-server.js';

describe('the operations server', () => {
  let server: OperationsServer;
  let probe: Probe;

  beforeEach(async () => {
    probe = { name: 'database', check: () => Promise.resolve(), whenFailing: 'not-ready' };
    const delegating: Probe = { ...probe, check: (signal) => probe.check(signal) };
    server = await startOperationsServer({ operationsHost: '127.0.0.1', operationsPort: 0 }, [delegating]);
  });
  afterEach(() => server.close());

  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${server.port}${path}`);

  it('says that it lives, whatever else is wrong', async () => {
    probe = { ...probe, check: () => Promise.reject(new Error('down')) };
    const response = await get('/healthz');
    expect([response.status, await response.json()]).toEqual([200, { status: 'alive' }]);
  });

  it('says whether it is ready, and why not', async () => {
    const ready = await get('/readyz?verbose');
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', checks: { database: { ok: true } } }]);
    probe = { ...probe, check: () => Promise.reject(new Error('down')) };
    const unready = await get('/readyz');
    expect([unready.status, await unready.json()]).toEqual([
      503,
      { status: 'not-ready', checks: { database: { ok: false, reason: 'down' } } },
    ]);
  });

  it('is not ready from the moment it drains, and lives on', async () => {
    server.drain();
    expect([(await get('/readyz')).status, (await get('/healthz')).status]).toEqual([503, 200]);
  });

  it('shows the metrics in the form that Prometheus reads', async () => {
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('# HELP ballast_acks_total');
  });

  it.each(['/', '/metricsx', '/admin', '/../etc/passwd', '//'])('has no page %s', async (path) => {
    const response = await get(path);
    expect([response.status, await response.json()]).toEqual([404, { message: 'no such page' }]);
  });

  it('is never kept by a cache', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics'])
      expect((await get(path)).headers.get('cache-control')).toBe('no-store');
  });

  it('closes at once, though a connection is kept alive', async () => {
    await get('/healthz');
    const began = Date.now();
    await server.close();
    expect(Date.now() - began).toBeLessThan(1_000);
  });

  it('refuses to start on a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(
      startOperationsServer({ operationsHost: '127.0.0.1', operationsPort: port }, []),
    ).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    other.close();
  });
});
