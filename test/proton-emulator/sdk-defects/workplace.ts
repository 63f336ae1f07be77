import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  MemoryCache,
  OpenPGPCryptoWithCryptoProxy,
  ProtonDriveClient,
  type OpenPGPCrypto,
} from '@protontech/drive-sdk';
import type { NewFile, NodeUid } from '#adapters/proton-drive/drive.js';
import { OwnAccount } from '#adapters/proton-drive/sdk/account/own-account.js';
import { cryptoProxy } from '#adapters/proton-drive/sdk/crypto/crypto-proxy.js';
import { ApiCalls } from '#adapters/proton-drive/sdk/http/api-calls.js';
import { DriveHttp } from '#adapters/proton-drive/sdk/http/drive-http.js';
import { Operations } from '#adapters/proton-drive/sdk/operations.js';
import { createSdkDrive, type SdkDrive } from '#adapters/proton-drive/sdk/sdk-drive.js';
import type { SdkTelemetry } from '#adapters/proton-drive/sdk/sdk-config.js';
import { parseOid, parseSha1 } from '#domain/oid.js';
import { ProtonEmulator } from '../emulator.js';
import { ForkedHost } from './forked-host.js';

export const endless = new AbortController().signal;

export interface Content {
  readonly bytes: Buffer;
  readonly file: NewFile;
}

/** One emulator with our Drive on it, and the SDK as it comes beside, to see what it does by itself. */
export class Workplace {
  readonly telemetry: SdkTelemetry[] = [];
  readonly drive: SdkDrive;
  folder: NodeUid = '';

  private constructor(
    readonly emulator: ProtonEmulator,
    readonly host: ForkedHost,
    transfersMax: number,
  ) {
    const config = { ...configFor(emulator.url), clientUidPrefix: 'ballast-spec', transfersMax };
    this.drive = createSdkDrive({ ...config, onTelemetry: (event) => this.telemetry.push(event) }, host);
  }

  static async open(transfersMax = 2): Promise<Workplace> {
    const emulator = await ProtonEmulator.start();
    const place = new Workplace(emulator, await ForkedHost.of(emulator), transfersMax);
    place.folder = await place.drive.ensureFolder(await place.drive.root(endless), 'Ballast', endless);
    return place;
  }

  /** A client as the SDK's own examples make it, on our cryptography and http client. */
  plainClient(clientUid: string = randomUUID()): ProtonDriveClient {
    const http = new DriveHttp(configFor(this.emulator.url), this.host, new Operations());
    const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    return new ProtonDriveClient({
      httpClient: http,
      entitiesCache: new MemoryCache(),
      cryptoCache: new MemoryCache(),
      account: new OwnAccount(new ApiCalls(http), this.host),
      openPGPCryptoModule: new OpenPGPCryptoWithCryptoProxy(cryptoProxy()) as unknown as OpenPGPCrypto,
      srpModule: {} as never,
      config: { baseUrl: http.destinations.apiHost, clientUid },
      telemetry: { getLogger: () => quiet, recordMetric: () => undefined },
    });
  }

  content(length: number): Content {
    return contentOf(this.folder, randomBytes(length));
  }

  /** Uploads and returns the node. */
  async stored({ bytes, file }: Content): Promise<NodeUid> {
    return (await this.drive.upload(file, pieces(bytes), endless)).node;
  }

  calls(route: RegExp): number {
    return this.emulator.control.calls().filter((call) => route.test(call.route)).length;
  }

  drafts(): number {
    return this.emulator.control.nodes().filter(({ state }) => state === 'draft').length;
  }

  async close(): Promise<void> {
    await this.drive.close();
    await this.emulator.stop();
  }
}

export const configFor = (url: string) => ({
  baseUrl: url,
  development: true,
  appVersion: 'external-drive-ballast@0.1.0-beta',
});

export const contentOf = (parent: NodeUid, bytes: Buffer): Content => {
  const oid = parseOid(createHash('sha256').update(bytes).digest('hex'));
  const sha1 = parseSha1(createHash('sha1').update(bytes).digest('hex'));
  return { bytes, file: { parent, name: oid, mark: { v: 1, oid, size: bytes.length }, sha1 } };
};

export const pieces = async function* (bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
};

export const read = async (bytes: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** What a promise is after a while: its value, its error or 'waiting'. */
export const after = async (ms: number, promise: Promise<unknown>): Promise<unknown> => {
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, 'waiting');
  });
  try {
    return await Promise.race([promise.catch((error: unknown) => error), waiting]);
  } finally {
    clearTimeout(timer);
  }
};

const VERIFICATION = 'GET /drive/v2/volumes/:v/links/:l/revisions/:r/verification';

/** As a process leaves it that is killed while it uploads. */
export const abandonedDraft = async (place: Workplace, name: string): Promise<void> => {
  const before = place.drafts();
  place.emulator.control.fault({ route: VERIFICATION, times: 1, does: { kind: 'hang' } });
  const uploader = await place
    .plainClient('a-dead-process')
    .getFileUploader(place.folder, name, { mediaType: 'x/y', expectedSize: 1 });
  void (await uploader.uploadFromStream(new ReadableStream(), [])).completion().catch(() => undefined);
  while (place.drafts() === before) await new Promise((resolve) => setTimeout(resolve, 10));
};
