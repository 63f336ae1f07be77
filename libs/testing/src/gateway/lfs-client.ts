import type { BatchAction, BatchObject, BatchResponse, LfsError } from '#contracts/lfs/batch.js';
import { PUBLIC_HOST } from './gateway-world.js';

const LFS_JSON = 'application/vnd.git-lfs+json';

export interface Reply<Body = LfsError & BatchResponse> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface UploadActions {
  readonly upload: BatchAction;
  readonly verify: BatchAction;
}

/** Speaks the LFS API to a gateway on this machine, taking its public address for this one. */
export class LfsClient {
  constructor(
    private readonly port: number,
    private readonly token: string | null,
    private readonly path = 'acme/demo',
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/${this.path}.git/info/lfs`;
  }

  get authorization(): Record<string, string> {
    return this.token === null ? {} : { authorization: `Basic ${Buffer.from(`any:${this.token}`).toString('base64')}` };
  }

  async post(route: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const types = { 'content-type': `${LFS_JSON}; charset=utf-8`, accept: LFS_JSON };
    const response = await fetch(`${this.url}/${route}`, {
      method: 'POST',
      body: text,
      headers: { ...types, ...this.authorization, ...headers },
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as never };
  }

  batch(operation: string, objects: readonly unknown[], extra: Record<string, unknown> = {}): Promise<Reply> {
    return this.post('objects/batch', { operation, transfers: ['basic'], objects, ...extra });
  }

  async offer(
    operation: 'upload' | 'download',
    pointer: { readonly oid: string; readonly size: number },
  ): Promise<BatchObject> {
    const { status, body } = await this.batch(operation, [{ oid: pointer.oid, size: pointer.size }]);
    const object = status === 200 ? body.objects[0] : undefined;
    if (object === undefined) throw new Error(`the batch was answered with ${status}: ${body.message}`);
    return object;
  }

  /** The actions of an upload; throws where none is offered. */
  async uploadOf(pointer: { readonly oid: string; readonly size: number }): Promise<UploadActions> {
    const { actions } = await this.offer('upload', pointer);
    if (actions?.upload === undefined || actions.verify === undefined) throw new Error('no upload is offered');
    return { upload: actions.upload, verify: actions.verify };
  }

  /** The action of a download; throws where none is offered. */
  async downloadOf(pointer: { readonly oid: string; readonly size: number }): Promise<BatchAction> {
    const { actions } = await this.offer('download', pointer);
    if (actions?.download === undefined) throw new Error('no download is offered');
    return actions.download;
  }

  /** The action's address on this machine. */
  local({ href }: BatchAction): string {
    return href.replace(`https://${PUBLIC_HOST}`, `http://127.0.0.1:${this.port}`);
  }

  async put(action: BatchAction, body: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.local(action), { method: 'PUT', body: body as never, headers: { ...action.header, ...headers } });
  }

  async verify(action: BatchAction, pointer: { readonly oid: string; readonly size: number }): Promise<Response> {
    const headers = { ...action.header, 'content-type': LFS_JSON };
    return fetch(this.local(action), {
      method: 'POST',
      body: JSON.stringify({ oid: pointer.oid, size: pointer.size }),
      headers,
    });
  }

  async get(action: BatchAction, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return fetch(this.local(action), { method, headers: { ...action.header, ...headers } });
  }
}
