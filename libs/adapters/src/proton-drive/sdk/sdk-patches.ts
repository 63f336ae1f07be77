import { createHash, type Hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { AROUND_BLOCK_BYTES, holdsContent, isPlainAes256, type BlockKey } from './crypto/block-cipher.js';
import { giveBack } from '#platform/give-back.js';
import { blockBehind } from './http/answer.js';
import { BlockBody } from './http/block-body.js';

/** Modules of the SDK as it has loaded them itself; what is set on them is what its other modules then use. */
interface DigestsModule {
  UploadDigests: new () => { update(data: Uint8Array): void; digests(): { sha1: string } };
}
interface WaitModule {
  waitForCondition: (condition: () => boolean, signal?: AbortSignal) => Promise<void>;
}
interface UploadApiModule {
  readonly UploadAPIService: { readonly prototype: { uploadBlock: UploadBlock } };
}
interface UploadApi {
  readonly apiService: { postBlockStream(...args: readonly unknown[]): Promise<void> };
}
type UploadBlock = (
  this: UploadApi,
  ...args: readonly [url: string, token: string, block: Uint8Array, ...rest: unknown[]]
) => Promise<void>;
interface UploadCryptoModule {
  readonly UploadCryptoService: { readonly prototype: { verifyBlock: VerifyBlock } };
}
type VerifyBlock = (
  this: { readonly driveCrypto: { decryptBlock(block: Uint8Array, key: BlockKey): Promise<unknown> } },
  ...args: readonly [key: BlockKey, code: Uint8Array, block: Uint8Array]
) => Promise<unknown>;
interface DownloadApiModule {
  readonly DownloadAPIService: { readonly prototype: { downloadBlock: DownloadBlock } };
}
interface DownloadApi {
  readonly apiService: { getBlockStream(url: string, token: string, signal?: AbortSignal): Promise<ReadableStream> };
}
type DownloadBlock = (
  this: DownloadApi,
  ...args: readonly [url: string, token: string, onProgress?: (bytes: number) => void, signal?: AbortSignal]
) => Promise<Uint8Array>;
interface DownloadCryptoModule {
  readonly DownloadCryptoService: { readonly prototype: { decryptBlock: DecryptBlock } };
}
type DecryptBlock = (this: object, block: Uint8Array, keys: object) => Promise<Uint8Array>;
interface ErrorsModule {
  readonly AbortError: new () => Error;
}

const SDK = '@protontech/drive-sdk/dist';
const load = createRequire(import.meta.url);
const digests = load(`${SDK}/internal/upload/digests.js`) as DigestsModule;
const waits = load(`${SDK}/internal/wait.js`) as WaitModule;
const { prototype: uploadApi } = (load(`${SDK}/internal/upload/apiService.js`) as UploadApiModule).UploadAPIService;
const { prototype: uploadCrypto } = (load(`${SDK}/internal/upload/cryptoService.js`) as UploadCryptoModule)
  .UploadCryptoService;
const { prototype: downloadApi } = (load(`${SDK}/internal/download/apiService.js`) as DownloadApiModule)
  .DownloadAPIService;
const { prototype: downloadCrypto } = (load(`${SDK}/internal/download/cryptoService.js`) as DownloadCryptoModule)
  .DownloadCryptoService;
const { AbortError } = load(`${SDK}/errors.js`) as ErrorsModule;

const original = {
  ...{ UploadDigests: digests.UploadDigests, waitForCondition: waits.waitForCondition },
  ...{ uploadBlock: uploadApi.uploadBlock, verifyBlock: uploadCrypto.verifyBlock },
  ...{ downloadBlock: downloadApi.downloadBlock, decryptBlock: downloadCrypto.decryptBlock },
};

/** The SDK looks each 50 ms, and a small upload waits so two or three times. Here: soon at first, then ever less often. */
const FIRST_POLL_MS = 1;
const LAST_POLL_MS = 25;

class NativeDigests {
  readonly #sha1: Hash = createHash('sha1');

  update(data: Uint8Array): void {
    this.#sha1.update(data);
  }

  digests(): { sha1: string } {
    return { sha1: this.#sha1.digest('hex') };
  }
}

const waitForCondition = (condition: () => boolean, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = (pauseMs: number): void => {
      if (signal?.aborted) reject(new AbortError());
      else if (condition()) resolve();
      else setTimeout(look, pauseMs, Math.min(pauseMs * 1.5, LAST_POLL_MS));
    };
    look(FIRST_POLL_MS);
  });

const uploadBlock: UploadBlock = async function (url, token, block, ...rest) {
  const body = new BlockBody(block);
  await this.apiService.postBlockStream(url, token, body, ...rest);
  body.giveBack();
};

const INTACT = { driveCrypto: { decryptBlock: () => Promise.resolve() } };

/** What does not decrypt here is left to the SDK, which then says so in its own way. */
const verifyBlock: VerifyBlock = async function (key, code, block) {
  const isIntact = isPlainAes256(key) && holdsContent(key, block);
  return original.verifyBlock.call(isIntact ? INTACT : this, key, code, block);
};

const downloadBlock: DownloadBlock = async function (url, token, onProgress, signal) {
  const stream = await this.apiService.getBlockStream(url, token, signal);
  const block = blockBehind(stream);
  const again = { apiService: { getBlockStream: () => Promise.resolve(stream) } };
  if (block === undefined) return original.downloadBlock.call(again, url, token, onProgress, signal);
  onProgress?.(block.byteLength);
  return block;
};

const decryptBlock: DecryptBlock = async function (block, keys) {
  const content = await original.decryptBlock.call(this, block, keys);
  if (content.buffer !== block.buffer) giveBack(block, AROUND_BLOCK_BYTES);
  return content;
};

/**
 * Six parts of the SDK are exchanged in the running process, its files left as they are:
 * - the SHA-1 over all plaintext of an upload, which it computes in JavaScript at six times the cost of the built-in one;
 * - the form that it wraps a block in, which copies it into a Blob that can only be read by copying it again: our http
 *   client writes the same form around the block itself, and the memory of a block that storage has is given back at once;
 * - the trial decryption of each block that it has encrypted, whose result it throws away: so is its memory, at once;
 * - the stream that it reads a downloaded block from, copying it twice: it is given the block as our http client has it;
 * - the decryption of a downloaded block, after which the memory of the encrypted one is given back at once;
 * - the interval at which its transfers look whether they may go on, which makes up most of the time of a small upload.
 *
 * `sdk-patches.spec.ts` fails when a new version of the SDK no longer takes them. Idempotent; `restoreSdk` undoes it.
 */
export const patchSdk = (): void => {
  digests.UploadDigests = NativeDigests;
  waits.waitForCondition = waitForCondition;
  uploadApi.uploadBlock = uploadBlock;
  uploadCrypto.verifyBlock = verifyBlock;
  downloadApi.downloadBlock = downloadBlock;
  downloadCrypto.decryptBlock = decryptBlock;
};

export const restoreSdk = (): void => {
  digests.UploadDigests = original.UploadDigests;
  waits.waitForCondition = original.waitForCondition;
  uploadApi.uploadBlock = original.uploadBlock;
  uploadCrypto.verifyBlock = original.verifyBlock;
  downloadApi.downloadBlock = original.downloadBlock;
  downloadCrypto.decryptBlock = original.decryptBlock;
};
