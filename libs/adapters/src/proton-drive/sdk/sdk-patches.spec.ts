import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encryptBlock } from './crypto/block-cipher.js';
import { cryptoProxy } from './crypto/crypto-proxy.js';
import { blockAnswerOf } from './http/answer.js';
import { BlockBody } from './http/block-body.js';
import { patchSdk, restoreSdk } from './sdk-patches.js';

const load = createRequire(import.meta.url);
const SDK = '@protontech/drive-sdk/dist/internal';

type Uploader = new (...args: readonly unknown[]) => {
  digests: { update(data: Uint8Array): void; digests(): unknown };
};
const { StreamUploader } = load(`${SDK}/upload/streamUploader.js`) as { StreamUploader: Uploader };
const { UploadAPIService } = load(`${SDK}/upload/apiService.js`) as {
  UploadAPIService: new (api: object) => { uploadBlock(url: string, token: string, block: Uint8Array): Promise<void> };
};
const { DownloadQueue } = load(`${SDK}/download/queue.js`) as {
  DownloadQueue: new () => { waitForCapacity(): Promise<void>; releaseCapacity(): void };
};

type DriveCrypto = object;
const { UploadCryptoService } = load(`${SDK}/upload/cryptoService.js`) as {
  UploadCryptoService: new (crypto: DriveCrypto) => {
    verifyBlock(key: object, code: Uint8Array, block: Uint8Array): Promise<{ verificationToken: Uint8Array }>;
  };
};
const { DownloadCryptoService } = load(`${SDK}/download/cryptoService.js`) as {
  DownloadCryptoService: new (crypto: DriveCrypto) => {
    decryptBlock(block: Uint8Array, keys: object): Promise<Uint8Array>;
  };
};
const { DownloadAPIService } = load(`${SDK}/download/apiService.js`) as {
  DownloadAPIService: new (api: object) => {
    downloadBlock(url: string, token: string, onProgress: (bytes: number) => void): Promise<Uint8Array>;
  };
};
const sdk = load('@protontech/drive-sdk') as { OpenPGPCryptoWithCryptoProxy: new (proxy: object) => object };
const { DriveCrypto } = load('@protontech/drive-sdk/dist/crypto/driveCrypto.js') as {
  DriveCrypto: new (openpgp: object) => DriveCrypto;
};
const driveCrypto = () => new DriveCrypto(new sdk.OpenPGPCryptoWithCryptoProxy(cryptoProxy()));
const key = { data: new Uint8Array(randomBytes(32)), algorithm: 'aes256' };
const content = randomBytes(100_000);

/** Made as the SDK makes it, so that it uses whatever its modules export now. */
const digestsOfAnUpload = () =>
  new StreamUploader({ getLoggerForRevision: () => ({}) }, {}, {}, {}, {}, {}, {}, {}, {}, {}).digests;

const msToHash = (data: Uint8Array): number => {
  const digests = digestsOfAnUpload();
  digests.update(data);
  const before = process.cpuUsage();
  for (let round = 0; round < 4; round++) digests.update(data);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

describe('what is exchanged in the SDK', () => {
  beforeEach(patchSdk);
  afterEach(restoreSdk);

  it('hashes an upload natively, to the same digest at less than half the cost', () => {
    const data = randomBytes(4 * 2 ** 20);
    const native = msToHash(data);
    const digests = digestsOfAnUpload();
    digests.update(data);
    expect(digests.digests()).toEqual({ sha1: createHash('sha1').update(data).digest('hex') });
    restoreSdk();
    const plain = digestsOfAnUpload();
    plain.update(data);
    expect(plain.digests()).toEqual({ sha1: createHash('sha1').update(data).digest('hex') });
    expect(native).toBeLessThan(msToHash(data) / 2);
  });

  it('hands a block to the http client as it is, where the SDK would copy it into a form', async () => {
    const bodies: unknown[] = [];
    const api = new UploadAPIService({
      postBlockStream: async (_url: string, _token: string, body: unknown) => void bodies.push(body),
    });
    const block = randomBytes(10);
    await api.uploadBlock('url', 'token', block);
    restoreSdk();
    await api.uploadBlock('url', 'token', randomBytes(10));
    expect(bodies[0]).toBeInstanceOf(BlockBody);
    expect((bodies[0] as BlockBody).bytes).toBe(block);
    expect(bodies[1]).toBeInstanceOf(FormData);
  });

  it('gives the memory of a block back once storage has it, unless an attempt may still be reading it', async () => {
    const sent = Buffer.allocUnsafeSlow(4096);
    const refused = Buffer.allocUnsafeSlow(4096);
    const early = Buffer.allocUnsafeSlow(4096);
    const api = new UploadAPIService({
      postBlockStream: async (_url: string, _token: string, body: BlockBody) => {
        if (body.bytes === refused) throw new Error('no room');
        if (body.bytes === early) body.leftUnsent();
      },
    });
    await api.uploadBlock('url', 'token', sent);
    await expect(api.uploadBlock('url', 'token', refused)).rejects.toThrow('no room');
    await api.uploadBlock('url', 'token', early);
    await api.uploadBlock('url', 'token', early);
    expect([sent, refused, early].map(({ byteLength }) => byteLength)).toEqual([0, 4096, 4096]);
  });

  it('checks a block that it has encrypted as the SDK does, to the same token or the same error', async () => {
    const block = encryptBlock(key, content);
    const tampered = Uint8Array.from(block);
    tampered[50_000] = 1 ^ (tampered[50_000] ?? 0);
    const results = async (): Promise<unknown> => {
      const service = new UploadCryptoService(driveCrypto());
      const code = Uint8Array.of(1, 2, 3, 4);
      const refusal = service.verifyBlock(key, code, tampered).catch(({ name }: Error) => name);
      return [await service.verifyBlock(key, code, block), await refusal];
    };
    const ours = await results();
    restoreSdk();
    expect(ours).toEqual(await results());
    expect(ours).toMatchObject([{}, 'IntegrityError']);
    expect(block.byteLength).toBeGreaterThan(content.length);
  });

  it('takes a downloaded block as the http client has it, and any other stream as the SDK does', async () => {
    const bytes = Buffer.from('a block');
    const head = { status: 200, statusText: 'OK', headers: new Headers() };
    const streams = [blockAnswerOf(bytes, head).response.body, new Response('another').body];
    const api = new DownloadAPIService({ getBlockStream: async () => streams.shift() });
    const seen: number[] = [];
    const download = () => api.downloadBlock('url', 'token', (length) => seen.push(length));
    expect(await download()).toBe(bytes);
    expect(Buffer.from(await download()).toString()).toBe('another');
    expect(seen).toEqual([7, 7]);
  });

  it('gives the memory of an encrypted block back once it is decrypted, and keeps one that is not intact', async () => {
    const service = new DownloadCryptoService(driveCrypto());
    const keys = { contentKeyPacketSessionKey: key };
    const [block, tampered] = [encryptBlock(key, content), encryptBlock(key, content)];
    tampered[50_000] = 1 ^ (tampered[50_000] ?? 0);
    expect(Buffer.compare(await service.decryptBlock(block, keys), content)).toBe(0);
    expect(block.byteLength).toBe(0);
    await expect(service.decryptBlock(tampered, keys)).rejects.toMatchObject({ name: 'DecryptionError' });
    expect(tampered.byteLength).toBeGreaterThan(content.length);
  });

  it('notices within milliseconds that a place has come free, where the SDK looks each 50', async () => {
    const waited = async (): Promise<number> => {
      const queue = new DownloadQueue();
      for (let taken = 0; taken < 5; taken++) await queue.waitForCapacity();
      const began = performance.now();
      const sixth = queue.waitForCapacity();
      setTimeout(() => queue.releaseCapacity(), 3);
      await sixth;
      return performance.now() - began;
    };
    const patched = Math.min(await waited(), await waited(), await waited());
    restoreSdk();
    expect(await waited()).toBeGreaterThanOrEqual(49);
    expect(patched).toBeLessThan(25);
  });
});
