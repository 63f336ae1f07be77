import 'reflect-metadata';
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '#platform/logger.js';
import type { EdgeConfig } from './edge-settings.js';
import { FaultFilter } from './faults/fault.filter.js';
import { GatewayModule, type GatewayPorts } from './gateway.module.js';
import { Draining } from './http/draining.js';
import { beginRequest, followRequests } from './http/request-lifecycle.js';
import { requestIdOf } from './http/request-scope.js';
import { DOCUMENTATION_PATH } from './http/routes.js';
import { createGatewayServer, refuseUnreadable, type Tls } from './http/server.js';

export interface Gateway {
  readonly port: number;
  /** Takes no new connection, lets running requests finish within the drain timeout, then cuts what is left. */
  stop(): Promise<void>;
}

const PING_INTERVAL_MS = 10_000;
/** An organisation, a repository with its `.git`, an oid: none is longer than this. */
const PARAM_LENGTH_MAX = 128;

/** Starts the HTTP side of the gateway over the given ports. */
export const startGateway = async (
  ports: GatewayPorts,
  config: EdgeConfig & { readonly tls: Tls | null },
  logger: Logger,
  pingIntervalMs = PING_INTERVAL_MS,
): Promise<Gateway> => {
  const draining = new Draining();
  const filter = new FaultFilter(logger, config.documentationUrl ?? `${config.publicUrl}${DOCUMENTATION_PATH}`);
  const lifecycle = { logger, draining, https: config.publicUrl.startsWith('https:') };
  const limits = { connectionsMax: config.connectionsMax, pingIntervalMs, retired: draining.signal };
  const adapter = new FastifyAdapter({
    serverFactory: (listener: RequestListener) => createGatewayServer(listener, config.tls, limits),
    genReqId: requestIdOf,
    bodyLimit: Number.MAX_SAFE_INTEGER, // no body is read by the framework
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      beginRequest(request, reply.raw, lifecycle);
      filter.answer(error, request, reply);
    },
  });
  const fastify = adapter.getInstance();
  // Bodies reach their handlers as raw streams, whatever type they claim to be of: an HTML page is an object like any other.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  followRequests(fastify, lifecycle);
  const module = GatewayModule.with(ports, config, draining);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  app.useGlobalFilters(filter);
  await app.init();
  await fastify.ready();
  const server = app.getHttpServer();
  const sockets = trackSockets(server);
  server.listen(config.port, config.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.race([draining.begin(), delay(config.drainMs, undefined, { ref: false })]);
      for (const socket of sockets) socket.destroySoon();
      await Promise.race([closed, delay(CUT_MS, undefined, { ref: false })]);
      for (const socket of sockets) socket.destroy();
      await closed;
      await app.close();
    },
  };
};

/** Answers that are complete get this long to leave the machine. */
const CUT_MS = 1_000;

const trackSockets = (server: Server): ReadonlySet<Socket> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
};
