import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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
    await api.uploadBlock('url', 'token', block);
    expect(bodies[0]).toBeInstanceOf(BlockBody);
    expect((bodies[0] as BlockBody).bytes).toBe(block);
    expect(bodies[1]).toBeInstanceOf(FormData);
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
