import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { registry } from './metrics.js';
import { readiness, type Probe } from './health.js';
import { port, setting, type SettingsOf } from './settings.js';

export const operationsSettings = {
  operationsHost: setting(
    'BALLAST_OPERATIONS_HOST',
    'Address that /healthz, /readyz and /metrics listen on.',
    z.string().default('127.0.0.1'),
  ),
  operationsPort: setting(
    'BALLAST_OPERATIONS_PORT',
    'Port of /healthz, /readyz and /metrics; 0 takes a free one.',
    port.default(0),
  ),
};

export interface OperationsServer {
  readonly port: number;
  /** From now on `/readyz` says not ready, so that traffic goes elsewhere before the service stops. */
  drain(): void;
  close(): Promise<void>;
}

/** Serves health and metrics on a port of their own, apart from what clients reach. */
export const startOperationsServer = async (
  { operationsHost, operationsPort }: SettingsOf<typeof operationsSettings>,
  probes: readonly Probe[],
): Promise<OperationsServer> => {
  let draining = false;
  const answers: Readonly<Record<string, () => Promise<[status: number, type: string, body: string]>>> = {
    '/healthz': () => Promise.resolve([200, 'application/json', '{"status":"alive"}']),
    '/readyz': async () => {
      const state = await readiness(probes, draining);
      return [state.status === 'not-ready' ? 503 : 200, 'application/json', JSON.stringify(state)];
    },
    '/metrics': async () => [200, registry.contentType, await registry.metrics()],
  };
  const server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
    const reply = answer
      ? answer()
      : Promise.resolve<[number, string, string]>([404, 'application/json', '{"message":"no such page"}']);
    reply
      .catch((): [number, string, string] => [500, 'application/json', '{"message":"failed"}'])
      .then(([status, type, body]) =>
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body),
      )
      .catch(() => response.destroy());
  });
  server.listen(operationsPort, operationsHost);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    drain: () => void (draining = true),
    close: () => close(server),
  };
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
