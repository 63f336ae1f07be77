import {
  NullCache,
  OpenPGPCryptoWithCryptoProxy,
  ProtonDriveClient,
  type OpenPGPCrypto,
  type ProtonDriveEntitiesCache,
} from '@protontech/drive-sdk';
import { Fault } from '#domain/fault/fault.js';
import { classOfFailure } from '../failure/fault-of-failure.js';
import type { OwnAccount } from './account/own-account.js';
import { FolderCache } from './cache/folder-cache.js';
import { KeyCache } from './cache/key-cache.js';
import { cryptoProxy } from './crypto/crypto-proxy.js';
import type { DriveHttp } from './http/drive-http.js';
import type { SdkConfig } from './sdk-config.js';
import { telemetry } from './telemetry.js';

export type SdkClient = ProtonDriveClient;

/** Only links of public shares need SRP, and Ballast makes none. */
const noSrp = (): Promise<never> => Promise.reject(new Fault('vault.structure', { reason: 'srp' }));
const NO_SRP = { getSrp: noSrp, getSrpVerifier: noSrp, computeKeyPassword: noSrp };

const THROTTLED = 'requestsThrottled';
const PAUSED = 'transfersPaused';

/** Makes clients of the SDK that share the account, the http client and what may be remembered. */
export class SdkClients {
  readonly folders = new FolderCache();
  readonly keys = new KeyCache();
  // Its declaration was made before byte arrays told whose buffer they are views of.
  readonly #crypto = new OpenPGPCryptoWithCryptoProxy(cryptoProxy()) as unknown as OpenPGPCrypto;

  constructor(
    private readonly config: SdkConfig,
    private readonly http: DriveHttp,
    private readonly account: OwnAccount,
  ) {}

  /** Two living clients must never have the same `role`: the SDK takes a draft of its clientUid for its own dead one. */
  make(role: string): SdkClient {
    return this.#client(role, this.folders);
  }

  /** One that asks the server for every node and remembers none. */
  makeForgetful(role: string): SdkClient {
    return this.#client(role, new NullCache<string>());
  }

  /** Called for nodes that turned out to be gone, or that are about to be. */
  async forget(nodes: readonly string[]): Promise<void> {
    await this.folders.forget(nodes);
    await this.keys.forget(nodes);
  }

  #client(role: string, entitiesCache: ProtonDriveEntitiesCache): SdkClient {
    const client = new ProtonDriveClient({
      httpClient: this.http,
      entitiesCache,
      cryptoCache: this.keys,
      account: this.account,
      openPGPCryptoModule: this.#crypto,
      srpModule: NO_SRP,
      config: { baseUrl: this.http.destinations.apiHost, clientUid: `${this.config.clientUidPrefix}-${role}` },
      telemetry: telemetry(this.config),
    });
    for (const event of [THROTTLED, PAUSED] as const) {
      client.onMessage(event as Parameters<SdkClient['onMessage']>[0], () => this.config.onTelemetry?.({ event }));
    }
    return client;
  }
}

/**
 * A client for calls that are no transfers. After ten answers of 5xx the SDK's refuses all for a minute
 * (docs/proton-sdk.md#shut-clients); whether the vault has an outage is for the fleet to say, so an answer of that kind is
 * the last that a client sees.
 */
export class LastingClient {
  #client: SdkClient;

  constructor(private readonly make: () => SdkClient) {
    this.#client = make();
  }

  async use<T>(action: (client: SdkClient) => Promise<T>): Promise<T> {
    const client = this.#client;
    try {
      return await action(client);
    } catch (error) {
      if (classOfFailure(error) === 'outage' && this.#client === client) this.#client = this.make();
      throw error;
    }
  }
}
