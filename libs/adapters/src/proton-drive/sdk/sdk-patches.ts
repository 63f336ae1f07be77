import { createHash, type Hash } from 'node:crypto';
import { createRequire } from 'node:module';
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
interface ErrorsModule {
  readonly AbortError: new () => Error;
}

const SDK = '@protontech/drive-sdk/dist';
const load = createRequire(import.meta.url);
const digests = load(`${SDK}/internal/upload/digests.js`) as DigestsModule;
const waits = load(`${SDK}/internal/wait.js`) as WaitModule;
const { prototype: uploadApi } = (load(`${SDK}/internal/upload/apiService.js`) as UploadApiModule).UploadAPIService;
const { AbortError } = load(`${SDK}/errors.js`) as ErrorsModule;

const original = {
  ...{ UploadDigests: digests.UploadDigests, waitForCondition: waits.waitForCondition },
  uploadBlock: uploadApi.uploadBlock,
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
  await this.apiService.postBlockStream(url, token, new BlockBody(block), ...rest);
};

/**
 * Three parts of the SDK are exchanged in the running process, its files left as they are:
 * - the SHA-1 over all plaintext of an upload, which it computes in JavaScript at six times the cost of the built-in one;
 * - the form that it wraps a block in, which copies it into a Blob that can only be read by copying it again: our http
 *   client writes the same form around the block itself;
 * - the interval at which its transfers look whether they may go on, which makes up most of the time of a small upload.
 *
 * `sdk-patches.spec.ts` fails when a new version of the SDK no longer takes them. Idempotent; `restoreSdk` undoes it.
 */
export const patchSdk = (): void => {
  digests.UploadDigests = NativeDigests;
  waits.waitForCondition = waitForCondition;
  uploadApi.uploadBlock = uploadBlock;
};

export const restoreSdk = (): void => {
  digests.UploadDigests = original.UploadDigests;
  waits.waitForCondition = original.waitForCondition;
  uploadApi.uploadBlock = original.uploadBlock;
};
