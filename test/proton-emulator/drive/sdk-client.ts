import {
  MemoryCache,
  OpenPGPCryptoWithCryptoProxy,
  ProtonDriveClient,
  type ProtonDriveClientContructorParameters,
  type ProtonDriveHTTPClient,
} from '@protontech/drive-sdk';
import type { PlainSession } from './fork-login.js';
import { authorised, openAccount } from './plain-account.js';
import { plainOpenPgp } from './plain-openpgp.js';

type Parameters = ProtonDriveClientContructorParameters;

export interface PlainSdkOptions {
  readonly clientUid?: string;
  /** What subscriptions to events begin with; they throw without it. */
  readonly latestEventIds?: ReadonlyMap<string, string>;
}

/** The SDK as it comes, wired with as little as it can do with: no budget, no breaker, no clever cryptography. */
export async function plainSdk(session: PlainSession, options: PlainSdkOptions = {}): Promise<ProtonDriveClient> {
  return new ProtonDriveClient({
    httpClient: plainHttp(session),
    entitiesCache: new MemoryCache<string>(),
    cryptoCache: new MemoryCache(),
    account: await openAccount(session),
    // Its own types disagree about optional fields.
    openPGPCryptoModule: new OpenPGPCryptoWithCryptoProxy(plainOpenPgp) as unknown as Parameters['openPGPCryptoModule'],
    // Only public links ask for it.
    srpModule: {} as Parameters['srpModule'],
    config: {
      baseUrl: new URL(session.url).host,
      ...(options.clientUid === undefined ? {} : { clientUid: options.clientUid }),
    },
    telemetry: silentTelemetry,
    ...(options.latestEventIds === undefined
      ? {}
      : { latestEventIdProvider: { getLatestEventId: (scope: string) => options.latestEventIds?.get(scope) ?? null } }),
  });
}

const silent = (): void => undefined;
const silentTelemetry = {
  getLogger: () => ({ debug: silent, info: silent, warn: silent, error: silent }),
  recordMetric: silent,
} as unknown as NonNullable<Parameters['telemetry']>;

function plainHttp(session: PlainSession): ProtonDriveHTTPClient {
  const timed = (timeoutMs: number, signal: AbortSignal | undefined): AbortSignal =>
    AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]);
  return {
    // The SDK knows https only.
    fetchJson: ({ url, method, headers, json: body, timeoutMs, signal }) =>
      fetch(url.replace(/^https:\/\/[^/]+/, session.url), {
        method,
        headers: authorised(session, headers),
        signal: timed(timeoutMs, signal),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    fetchBlob: ({ url, method, headers, body, timeoutMs, signal }) =>
      fetch(url, {
        method,
        headers,
        signal: timed(timeoutMs, signal),
        ...(body === undefined ? {} : { body: body as FormData }),
      }),
  };
}
