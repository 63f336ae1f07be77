import { Fault } from '#domain/fault/fault.js';
import { z } from 'zod';
import { faultOf, type Asking } from './auth-faults.js';

export interface ApiIdentity {
  /** Checked by `protonApiUrl`; without a slash at the end. */
  readonly baseUrl: string;
  readonly appVersion: string;
}

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly asking: Asking;
  /** Sent as the session's credentials where given; the refresh itself goes out with the uid alone. */
  readonly session?: { readonly uid: string; readonly accessToken: string | null };
  /** Of the path's last part, where that is an id: left out of what is logged. */
  readonly id?: string;
}

const TIMEOUT_MS = 30_000;
const BODY_BYTES_MOST = 1_048_576;

const ErrorBody = z.object({
  Code: z.int().optional(),
  Details: z.object({ HumanVerificationToken: z.string().optional() }).nullish(),
});

/** Sends one request and never a second one: who calls decides what a refusal is worth. */
export class ApiTransport {
  constructor(private readonly identity: ApiIdentity) {}

  /** Faults: those of `auth-faults.ts`; `vault.unavailable` without an answer or with one that cannot be read. */
  async send<T>(call: ApiCall, answer: z.ZodType<T>): Promise<T> {
    const op = `${call.method} ${call.path}`;
    const response = await this.ask(call, op);
    const body = await bodyOf(response, op);
    const error = ErrorBody.safeParse(body).data;
    const code = error?.Code ?? null;
    // Proton says 1000 for success; some answers of old routes have no code at all.
    if (response.ok && (code === null || code === 1000 || code === 1001)) {
      const parsed = answer.safeParse(body);
      if (parsed.success) return parsed.data;
      throw new Fault('vault.unavailable', { op, reason: 'unreadable' });
    }
    const { status, headers } = response;
    const humanVerification = Boolean(error?.Details?.HumanVerificationToken);
    throw faultOf({ op, status, code, retryAfterMs: retryAfter(headers), humanVerification }, call.asking);
  }

  private async ask(call: ApiCall, op: string): Promise<Response> {
    const suffix = call.id === undefined ? '' : `/${encodeURIComponent(call.id)}`;
    try {
      return await fetch(`${this.identity.baseUrl}/${call.path}${suffix}`, {
        method: call.method,
        headers: this.headers(call),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      });
    } catch (error) {
      throw withoutAnswer(error, op);
    }
  }

  private headers({ body, session }: ApiCall): Record<string, string> {
    return {
      accept: 'application/vnd.protonmail.v1+json',
      'x-pm-appversion': this.identity.appVersion,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(session === undefined ? {} : { 'x-pm-uid': session.uid }),
      ...(session?.accessToken == null ? {} : { authorization: `Bearer ${session.accessToken}` }),
    };
  }
}

/** Of an error of fetch only names are kept: its message holds addresses. */
const withoutAnswer = (error: unknown, op: string): Fault => {
  const { name, cause } = error as Error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return new Fault('vault.unavailable', { op, reason: typeof code === 'string' ? code : name });
};

const bodyOf = async (response: Response, op: string): Promise<unknown> => {
  try {
    const text = await response.text();
    if (text === '' || text.length > BODY_BYTES_MOST) return {};
    return JSON.parse(text) as unknown;
  } catch (error) {
    // A page of some proxy in between; with an error status that alone tells enough.
    if (!response.ok) return {};
    throw error instanceof SyntaxError
      ? new Fault('vault.unavailable', { op, reason: 'unreadable' })
      : withoutAnswer(error, op);
  }
};

const retryAfter = (headers: Headers): number | null => {
  const value = headers.get('retry-after');
  if (value === null) return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
};
