import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, Reply } from '../api-error.js';
import type { Trouble } from '../faults.js';
import { parseMultipart } from '../multipart.js';
import { namesOf, type Call, type Match, type Routes } from '../routes.js';
import type { World } from '../world.js';
import { Refused, type Gate } from './gate.js';
import { answer, jsonOf, readBody } from './wire.js';

/** Recorded only: nobody is there to read it. */
const CLIENT_GONE = new Reply(499, { Code: 499, Error: 'The client has gone' });

/** A call on its way: what the recorder will tell of it. */
interface Passage {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly match: Match | null;
  readonly at: string;
  requestBytes: number;
}

/** Takes a call from the socket to its route and back: latency, faults, the gate, the handler, the recorder. */
export class Dispatch {
  constructor(
    private readonly world: World,
    private readonly routes: Routes,
    private readonly gate: Gate,
  ) {}

  async serve(on: 'api' | 'storage', request: IncomingMessage, response: ServerResponse): Promise<void> {
    const passage = this.arrived(on, request);
    await pause(this.world.knobs.latencyMs);
    const trouble = this.world.faults.strike(namesFor(passage));
    if (trouble?.kind === 'delay') await pause(trouble.ms);
    if (isLost(trouble)) {
      this.record(passage, null);
      if (trouble?.kind === 'cut') request.socket.destroy();
      return;
    }
    const reply = await this.reply(passage, trouble);
    this.record(passage, reply);
    if (trouble?.kind === 'cut') request.socket.destroy();
    else await answer(response, this.dressed(reply, on), this.world.knobs.bytesPerSecond);
  }

  private arrived(on: 'api' | 'storage', request: IncomingMessage): Passage {
    const url = new URL(`http://127.0.0.1${request.url ?? '/'}`);
    const match = this.routes.find(on, request.method ?? '', url.pathname);
    return { request, url, match, at: new Date(this.world.clock.now()).toISOString(), requestBytes: 0 };
  }

  private async reply(passage: Passage, trouble: Trouble | null): Promise<Reply> {
    try {
      const raw = await readBody(passage.request, this.world.knobs.bytesPerSecond);
      passage.requestBytes = raw.length;
      if (trouble?.kind === 'answer') return new Reply(trouble.status, trouble.body, trouble.headers);
      if (!passage.match) throw new ApiError(404, 404, 'Path not found');
      const result = await this.handled(passage.match, passage, raw, trouble);
      return result instanceof Reply ? result : new Reply(200, { Code: 1000, ...result });
    } catch (error) {
      if (error instanceof ApiError) return Reply.of(error);
      if (error instanceof Refused) return error.reply;
      if (!passage.request.complete) return CLIENT_GONE;
      // A bug of the emulator: told to whoever runs it, a 500 to the client.
      console.error(`${passage.request.method} ${passage.url.pathname}`, error);
      return new Reply(500, { Code: 500, Error: 'The emulator failed' });
    }
  }

  private async handled(
    { route, params }: Match,
    { request, url }: Passage,
    raw: Buffer,
    trouble: Trouble | null,
  ): Promise<object> {
    const session = this.gate.pass(route, request.headers);
    const contentType = request.headers['content-type'];
    const call: Call = {
      params,
      query: url.searchParams,
      headers: request.headers,
      body: jsonOf(contentType, raw),
      raw,
      parts: () => parseMultipart(contentType, raw),
      session,
      tamper: trouble?.kind === 'corrupt' || trouble?.kind === 'manifest' ? trouble : null,
    };
    return route.handler(call);
  }

  /** Proton announces what it requires with every answer of the API. */
  private dressed(reply: Reply, on: 'api' | 'storage'): Reply {
    const { requirementsHeader } = this.world.knobs;
    if (requirementsHeader === null || on === 'storage') return reply;
    const name = /\b(required|suggested)=/.test(requirementsHeader)
      ? 'x-pm-drive-platform-requirements'
      : 'x-pm-drive-requirements';
    return new Reply(reply.status, reply.body, { ...reply.headers, [name]: requirementsHeader });
  }

  /** Status 0: there was no answer. */
  private record({ request, url, match, at, requestBytes }: Passage, reply: Reply | null): void {
    const { headers, method = '' } = request;
    this.world.recorder.record({
      at,
      method,
      route: match ? `${method} ${match.route.template}` : `${method} ${url.pathname}`,
      path: url.pathname + url.search,
      status: reply?.status ?? 0,
      code: codeOf(reply?.body),
      session: typeof headers['x-pm-uid'] === 'string' ? headers['x-pm-uid'] : null,
      appVersion: typeof headers['x-pm-appversion'] === 'string' ? headers['x-pm-appversion'] : null,
      requestBytes,
    });
  }
}

const pause = async (ms: number): Promise<void> => {
  if (ms > 0) await sleep(ms);
};

/** Nothing is done, and nothing answered. */
const isLost = (trouble: Trouble | null): boolean =>
  trouble?.kind === 'hang' || (trouble?.kind === 'cut' && trouble.when === 'before');

const namesFor = ({ request, url, match }: Passage): readonly string[] =>
  match ? namesOf(match.route) : [`${request.method} ${url.pathname}`];

const codeOf = (body: unknown): number | null =>
  typeof body === 'object' && body !== null && 'Code' in body && typeof body.Code === 'number' ? body.Code : null;
