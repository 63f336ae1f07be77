import { pino } from 'pino';
import type { Repository } from '#application/ports/catalogue.js';
import type { Logger } from '#platform/logger.js';
import { readSettings, type SettingsOf, type SettingsShape } from '#platform/settings.js';
import { GatewayWorld, PUBLIC_HOST } from './gateway-world.js';
import { LfsClient } from './lfs-client.js';

interface ServedGateway {
  readonly port: number;
  stop(): Promise<void>;
}

/** What the gateway's app gives: this library knows no app. */
export interface GatewayApp<Shape extends SettingsShape> {
  readonly settings: Shape;
  readonly start: (
    ports: GatewayWorld['ports'],
    config: SettingsOf<Shape> & { readonly tls: null },
    logger: Logger,
  ) => Promise<ServedGateway>;
}

export interface ServedWorld {
  readonly world: GatewayWorld;
  /** The caller stops it. */
  readonly gateway: ServedGateway;
  /** acme/demo, which the client is for. */
  readonly repository: Repository;
  /** The client's; it may read and write everywhere. */
  readonly token: { readonly id: string; readonly value: string };
  readonly client: LfsClient;
}

/** A gateway on a free port over a world in memory, with a repository and a client that may use it. */
export const serveWorld = async <Shape extends SettingsShape>(
  app: GatewayApp<Shape>,
  environment: Readonly<Record<string, string>> = {},
  world = new GatewayWorld(),
): Promise<ServedWorld> => {
  const given = { BALLAST_PUBLIC_URL: `https://${PUBLIC_HOST}/`, BALLAST_GATEWAY_PORT: '0', ...environment };
  const config = { ...readSettings(app.settings, given), tls: null };
  const gateway = await app.start(world.ports, config, pino({ level: 'silent' }));
  const repository = await world.repository();
  const token = await world.issue();
  return { world, gateway, repository, token, client: new LfsClient(gateway.port, token.value) };
};
