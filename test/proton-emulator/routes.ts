import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.js';
import type { Part } from './multipart.js';
import type { Session } from './session.js';
import type { Trouble } from './faults.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RouteOptions {
  /** `session` unless said: a live session that has `scope`. `none` on block storage: it has tokens of its own. */
  readonly auth?: 'session' | 'none';
  /** `drive` unless said; null: any. */
  readonly scope?: string | null;
  /** Part of a login: what `humanVerification: 'login'` guards. */
  readonly login?: boolean;
  /** Other templates of the same call, with the same parameters. */
  readonly aliases?: readonly string[];
  /** `api` unless said; `storage` listens on its own port and knows no sessions. */
  readonly on?: 'api' | 'storage';
}

/** One request, read wholly. */
export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The JSON body; undefined when there is none. */
  readonly body: unknown;
  readonly raw: Buffer;
  /** The parts of a multipart body. ApiError 400 when it is none. */
  parts(): readonly Part[];
  /** There on every route that asks for one. */
  readonly session: Session | null;
  /** What the handler itself must falsify: only kinds `corrupt` and `manifest`. */
  readonly tamper: Extract<Trouble, { kind: 'corrupt' | 'manifest' }> | null;
}

/** An object is answered as `{ Code: 1000, ...object }` with 200; anything else is a Reply. ApiError is answered as such. */
export type Handler = (call: Call) => Promise<object> | object;

export interface Route {
  readonly method: Method;
  /** `/drive/v2/volumes/:v/files`, as faults and the recorder name it. */
  readonly template: string;
  readonly options: RouteOptions;
  readonly handler: Handler;
}

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The calls the emulator knows. Literal segments win over parameters. */
export class Routes {
  private readonly known: { readonly route: Route; readonly segments: readonly string[] }[] = [];

  api(method: Method, template: string, options: RouteOptions, handler: Handler): void {
    const route = { method, template, options, handler };
    for (const path of [template, ...(options.aliases ?? [])]) {
      this.known.push({ route, segments: path.split('/').filter(Boolean) });
    }
    this.known.sort((one, other) => parameters(one.segments) - parameters(other.segments));
  }

  find(on: 'api' | 'storage', method: string, path: string): Match | null {
    // The SDK asks for `//drive/...` in one place; Proton does not mind.
    const asked = path.split('/').filter(Boolean).map(decoded);
    for (const { route, segments } of this.known) {
      if (route.method !== method || (route.options.on ?? 'api') !== on) continue;
      const params = fit(segments, asked);
      if (params) return { route, params };
    }
    return null;
  }
}

/** A text of a JSON body. ApiError 422/2001 when it is not there. */
export const textOf = (body: unknown, name: string): string => {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  if (typeof value !== 'string') throw new ApiError(422, 2001, `Invalid ${name}`);
  return value;
};

/** As faults may call it. */
export const namesOf = ({ method, template, options }: Route): readonly string[] =>
  [template, ...(options.aliases ?? [])].map((path) => `${method} ${path}`);

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const parameters = (segments: readonly string[]): number => segments.filter((one) => one.startsWith(':')).length;

const fit = (segments: readonly string[], asked: readonly string[]): Record<string, string> | null => {
  if (segments.length !== asked.length) return null;
  const params: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) {
    const value = asked[at] ?? '';
    if (segment.startsWith(':')) params[segment.slice(1)] = value;
    else if (segment !== value) return null;
  }
  return params;
};
