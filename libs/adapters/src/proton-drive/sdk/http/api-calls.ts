import { VERSION } from '@protontech/drive-sdk';
import { z } from 'zod';
import { Fault } from '#domain/fault/fault.js';
import { ApiRefusal } from './api-refusal.js';
import type { DriveHttp } from './drive-http.js';

const TIMEOUT_MS = 30_000;
const OK_CODES: ReadonlySet<number> = new Set([1000, 1001, 1002]);

const Coded = z.object({ Code: z.number().optional() });

/**
 * Requests that the SDK does not make, or not in a form that tells what became of each node (its results hold translated
 * text only). They take the same way as the SDK's own. Faults: `vault.structure` for an answer of another shape.
 */
export class ApiCalls {
  constructor(private readonly http: DriveHttp) {}

  get<T>(path: string, shape: z.ZodType<T>): Promise<T> {
    return this.#call('GET', path, { shape });
  }

  post<T>(path: string, json: object, shape: z.ZodType<T>): Promise<T> {
    return this.#call('POST', path, { json, shape });
  }

  put<T>(path: string, json: object, shape: z.ZodType<T>): Promise<T> {
    return this.#call('PUT', path, { json, shape });
  }

  async #call<T>(
    method: string,
    path: string,
    { json, shape }: { readonly json?: object; readonly shape: z.ZodType<T> },
  ): Promise<T> {
    const response = await this.http.fetchJson({
      url: `https://${this.http.destinations.apiHost}/${path}`,
      method,
      headers: new Headers({
        Accept: 'application/vnd.protonmail.v1+json',
        'Content-Type': 'application/json',
        'x-pm-drive-sdk-version': `js@${VERSION}`,
      }),
      ...(json && { json }),
      timeoutMs: TIMEOUT_MS,
    });
    const body: unknown = await response.json().catch(() => undefined);
    const code = Coded.safeParse(body).data?.Code;
    if (!response.ok || code === undefined || !OK_CODES.has(code)) throw new ApiRefusal(response.status, code);
    const read = shape.safeParse(body);
    if (!read.success) throw new Fault('vault.structure', { reason: 'unknown-answer' });
    return read.data;
  }
}
