import { createHash } from 'node:crypto';
import type { BatchAction, BatchObject, BatchResponse } from '#contracts/lfs/batch.js';

const LFS = 'application/vnd.git-lfs+json';

/** The LFS API as a program of its own speaks it, for what the stock client never sends. */
export class LfsApi {
  constructor(
    private readonly endpoint: string,
    private readonly token: string,
  ) {}

  async batch(operation: string, objects: readonly unknown[], rest: object = {}): Promise<Response> {
    return fetch(`${this.endpoint}/objects/batch`, {
      method: 'POST',
      headers: {
        'content-type': LFS,
        accept: LFS,
        authorization: `Basic ${Buffer.from(`git:${this.token}`).toString('base64')}`,
      },
      body: JSON.stringify({ operation, transfers: ['basic'], objects, ...rest }),
    });
  }

  async offered(operation: string, objects: readonly { oid: string; size: number }[]): Promise<readonly BatchObject[]> {
    for (;;) {
      const response = await this.batch(operation, objects);
      if (response.status !== 429) return ((await response.json()) as BatchResponse).objects;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  /** SHA-256 and size of what a download action gives. */
  async fetched(action: BatchAction): Promise<{ sha256: string; size: number }> {
    const response = await fetch(action.href, { headers: action.header });
    if (!response.ok || !response.body) throw new Error(`GET answered ${response.status}: ${await response.text()}`);
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      size += chunk.length;
    }
    return { sha256: hash.digest('hex'), size };
  }

  static upload(action: BatchAction, body: Uint8Array<ArrayBuffer> | string): Promise<Response> {
    return fetch(action.href, { method: 'PUT', headers: action.header, body });
  }

  static verify(action: BatchAction, object: { oid: string; size: number }): Promise<Response> {
    return fetch(action.href, {
      method: 'POST',
      headers: { 'content-type': LFS, ...action.header },
      body: JSON.stringify(object),
    });
  }
}
