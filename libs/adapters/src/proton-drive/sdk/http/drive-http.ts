import { VERSION } from '@protontech/drive-sdk';
import type { ProtonDriveHTTPClient } from '@protontech/drive-sdk';
import { isFault, Fault } from '#domain/fault/fault.js';
import type { DriveHost, SessionTokens } from '../../drive-host.js';
import { answerFacts } from '../../failure/answer-facts.js';
import type { Operation, Operations } from '../operations.js';
import type { SdkConfig } from '../sdk-config.js';
import type { Answer } from './answer.js';
import { BlockBody, multipart, type Multipart } from './block-body.js';
import { destinations, type Destinations } from './destinations.js';
import { exchangeBlock, exchangeJson } from './exchange.js';
import { ABORTED, aborted, noAnswer, within } from './no-answer.js';
import { DRAFT_REMOVAL, routeOf } from './route.js';

type JsonRequest = Parameters<ProtonDriveHTTPClient['fetchJson']>[0];
type BlobRequest = Parameters<ProtonDriveHTTPClient['fetchBlob']>[0];

interface Outgoing {
  readonly op: string;
  readonly target: URL;
  readonly method: string;
  readonly headers: Headers;
  /** Of the API its JSON, of storage the form. */
  readonly body: string | Multipart | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** False for storage: the session's tokens are not for its hosts. */
  readonly withSession: boolean;
}

/**
 * All requests of the SDK and of ours. Each asks for leave first; an expired token and "too many requests" are dealt with
 * here, so that the SDK never meets them: its own waits know neither the fleet nor the abort signal. Errors that leave it
 * hold no URL, header or body.
 */
export class DriveHttp implements ProtonDriveHTTPClient {
  readonly destinations: Destinations;
  readonly #operations: Operations;
  #tokens: Promise<SessionTokens> | null = null;

  constructor(
    private readonly config: Pick<SdkConfig, 'baseUrl' | 'development' | 'appVersion'>,
    private readonly host: DriveHost,
    operations: Operations,
  ) {
    this.destinations = destinations(config.baseUrl, config.development);
    this.#operations = operations;
  }

  async fetchJson({ url, method, headers, json, timeoutMs, signal }: JsonRequest): Promise<Response> {
    return this.#guarded(signal, (operation) => {
      const target = this.destinations.api(url);
      const op = routeOf(method, target);
      const answer = this.#send({
        ...{ op, target, method, headers, timeoutMs, withSession: true },
        body: json === undefined ? null : JSON.stringify(json),
        signal: together(signal, op === DRAFT_REMOVAL ? operation?.cleanup : operation?.signal),
      });
      return answer.then(({ response }) => response);
    });
  }

  async fetchBlob({ url, method, headers, body, timeoutMs, signal, onProgress }: BlobRequest): Promise<Response> {
    return this.#guarded(signal, async (operation) => {
      const target = this.destinations.storage(url);
      // Declared as what a browser sends; the SDK passes on what it was given.
      const block: unknown = body;
      if (block !== undefined && !(block instanceof BlockBody)) {
        throw new Fault('vault.structure', { reason: 'unknown-body' });
      }
      const form = block === undefined ? null : multipart(block);
      const { response } = await this.#send({
        ...{ op: 'storage', target, method, headers, timeoutMs, withSession: false },
        body: form,
        signal: together(signal, operation?.signal),
      });
      if (form && response.ok) onProgress?.(form.contentLength);
      return response;
    });
  }

  /**
   * A fault (a stop, a refused session) is not for the SDK, which would wait and try again: it ends the whole call, and the
   * SDK is told that it was aborted.
   */
  async #guarded<T>(
    signal: AbortSignal | undefined,
    send: (operation: Operation | undefined) => Promise<T>,
  ): Promise<T> {
    const operation = this.#operations.current;
    try {
      return await send(operation);
    } catch (error) {
      if (!isFault(error) || !operation) throw error;
      operation.stop(error);
      throw aborted();
    }
  }

  async #send(request: Outgoing): Promise<Answer> {
    let renewed = false;
    let throttledSince: number | null = null;
    for (;;) {
      const tokens = request.withSession ? await within(request.signal, this.#session()) : null;
      await within(request.signal, this.host.permit(request.signal));
      const answer = await this.#attempt(request, tokens);
      const { status } = answer.response;
      if (status === TOO_MANY) {
        throttledSince ??= performance.now();
        // The time of the attempt runs: given back, it costs the object none of its attempts.
        if (performance.now() - throttledSince > THROTTLED_MOST_MS) throw new Fault('vault.throttled');
        continue;
      }
      if (status !== UNAUTHORISED || tokens === null || renewed) return answer;
      renewed = true;
      this.#renew(tokens);
    }
  }

  async #attempt(request: Outgoing, tokens: SessionTokens | null): Promise<Answer> {
    const { op, body } = request;
    const began = performance.now();
    const sent = { op, sentBytes: typeof body === 'string' ? body.length : (body?.contentLength ?? 0) };
    let answer: Answer;
    try {
      answer = await this.#exchange(request, tokens);
    } catch (error) {
      const failure = noAnswer(error, request.signal);
      if (failure.name !== ABORTED) {
        const errorName = failure.reason ?? failure.name;
        const durationMs = performance.now() - began;
        await this.host.observed({ ...sent, ...NO_ANSWER, errorName, durationMs });
      }
      throw failure;
    }
    const { response, parsed, receivedBytes } = answer;
    const { status, headers } = response;
    const facts = answerFacts({ status, headers, body: parsed }, VERSION, new Date());
    if (!response.ok) this.#operations.note(facts);
    const observed = this.host.observed({
      ...sent,
      ...facts,
      durationMs: performance.now() - began,
      receivedBytes,
    });
    // A success changes nothing that a next request would have to wait for.
    if (response.ok) observed.catch(() => undefined);
    else await within(request.signal, observed);
    return answer;
  }

  async #exchange(request: Outgoing, tokens: SessionTokens | null): Promise<Answer> {
    const headers = new Headers(request.headers);
    headers.set('x-pm-appversion', this.config.appVersion);
    if (tokens) {
      headers.set('x-pm-uid', tokens.uid);
      headers.set('authorization', `Bearer ${tokens.accessToken}`);
    }
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(request.timeoutMs)]);
    const exchange = { target: request.target, method: request.method, headers, signal };
    const { body } = request;
    if (request.withSession) return exchangeJson(exchange, typeof body === 'string' ? body : null);
    const form = typeof body === 'string' ? null : body;
    if (form) headers.set('content-type', form.contentType);
    if (form) headers.set('content-length', String(form.contentLength));
    return exchangeBlock(exchange, form);
  }

  #session(): Promise<SessionTokens> {
    this.#tokens ??= this.#remember(this.host.tokens(null));
    return this.#tokens;
  }

  /** Of many requests that are refused with one token, the first asks for another, and the rest wait for that one. */
  #renew(refused: SessionTokens): void {
    const held = this.#tokens;
    this.#tokens = this.#remember(
      (held ?? Promise.resolve(refused)).then((tokens) =>
        tokens.accessToken === refused.accessToken ? this.host.tokens(refused.accessToken) : tokens,
      ),
    );
  }

  #remember(tokens: Promise<SessionTokens>): Promise<SessionTokens> {
    tokens.catch(() => {
      this.#tokens = null;
    });
    return tokens;
  }
}

const TOO_MANY = 429;
const THROTTLED_MOST_MS = 20_000;
const UNAUTHORISED = 401;

const NO_ANSWER = {
  ...{ status: 0, code: null, retryAfterMs: null, humanVerification: false, requirements: false, receivedBytes: 0 },
} as const;

const together = (...signals: readonly (AbortSignal | undefined)[]): AbortSignal =>
  AbortSignal.any(signals.filter((signal) => signal !== undefined));
