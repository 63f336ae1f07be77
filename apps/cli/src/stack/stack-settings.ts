import { hostname } from 'node:os';
import type { DataDirectory } from './data-directory.js';
import type { Secrets } from './secrets.js';
import { readVault, settingsOfVault } from './vault-choice.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface GatewayAddress {
  readonly host: string;
  readonly port: number;
  /** What clients type, without a slash at the end. */
  readonly publicUrl: string;
}

const LOCAL = new Set(['127.0.0.1', '::1', 'localhost']);
const EVERY = new Set(['0.0.0.0', '::']);

/** The address under which clients find a gateway that listens on this host and port. */
export const publicUrlOf = (host: string, port: number, tls: boolean): string => {
  const name = EVERY.has(host) ? hostname() : LOCAL.has(host) && host === '::1' ? '[::1]' : host;
  return `${tls ? 'https' : 'http'}://${name}:${port}`;
};

/** Written down where they are given, so that commands find the same vault. */
const VAULT_NAMES = ['BALLAST_VAULT_ID', 'BALLAST_PROTON_URL', 'BALLAST_PROTON_DEVELOPMENT', 'BALLAST_PROTON_CHANNEL'];

/** Settings of an embedded stack that are no secret. What the environment says already comes first. */
export const plainSettings = (
  data: DataDirectory,
  gateway: GatewayAddress,
  environment: Environment,
): Record<string, string> => {
  const defaults: Record<string, string> = {
    BALLAST_HOT_TIER_DIR: data.hot,
    BALLAST_VAULT_DIR: data.vault,
    BALLAST_PUBLIC_URL: gateway.publicUrl,
    ...settingsOfVault(readVault(data)),
  };
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries({
    ...defaults,
    ...given(environment, [...Object.keys(defaults), ...VAULT_NAMES]),
  })) {
    settings[name] = value;
  }
  return { ...settings, BALLAST_GATEWAY_HOST: gateway.host, BALLAST_GATEWAY_PORT: String(gateway.port) };
};

export const secretSettings = (
  secrets: Secrets,
  databaseUrl: string,
  environment: Environment,
): Record<string, string> => {
  const defaults: Record<string, string> = {
    BALLAST_SIGNING_KEYS: secrets.signingKeys,
    BALLAST_TOKEN_PEPPER: secrets.tokenPepper,
    BALLAST_DATABASE_URL: databaseUrl,
    ...(secrets.vaultKeys === undefined ? {} : { BALLAST_VAULT_KEYS: secrets.vaultKeys }),
  };
  // A secret may come as a file: then the service reads it from there.
  const asFiles = Object.keys(defaults).filter((name) => isSet(environment[`${name}_FILE`]));
  const kept = Object.fromEntries(Object.entries(defaults).filter(([name]) => !asFiles.includes(name)));
  return { ...kept, ...given(environment, Object.keys(defaults)) };
};

/** The operations ports of the services: free ones, or from a given one upwards. */
export const operationsPort = (environment: Environment, index: number): string => {
  const first = Number(environment['BALLAST_OPERATIONS_PORT'] ?? '0');
  return String(Number.isInteger(first) && first > 0 ? first + index : 0);
};

export const embeddedDatabaseUrl = ({ databasePassword }: Secrets, port: number): string =>
  `postgresql://ballast:${encodeURIComponent(databasePassword)}@127.0.0.1:${port}/ballast`;

export const hasOwnDatabase = (environment: Environment): boolean =>
  isSet(environment['BALLAST_DATABASE_URL']) || isSet(environment['BALLAST_DATABASE_URL_FILE']);

const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

const given = (environment: Environment, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return isSet(value) ? [[name, value] as const] : [];
    }),
  );
