import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, Reply } from '../api-error.js';
import { CONTROL_PREFIX, type FaultPlan } from '../contract.js';
import type { WebAppAct } from '../drive-half.js';
import { Routes, type Handler, type Method } from '../routes.js';
import { answer, jsonOf, readBody } from '../server/wire.js';
import type { Controls } from './controls.js';

/** The control API over HTTP: the forms of `contract.ts`. Nothing of it is recorded, slowed down or broken. */
export class ControlApi {
  private readonly routes = new Routes();

  constructor(private readonly controls: Controls) {
    this.addKnobs();
    this.addNodes();
    this.addSessions();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await answer(response, await this.reply(request), 0);
  }

  private async reply(request: IncomingMessage): Promise<Reply> {
    try {
      const url = new URL(`http://127.0.0.1${request.url ?? '/'}`);
      const raw = await readBody(request, 0);
      const match = this.routes.find('api', request.method ?? '', url.pathname);
      if (!match) throw new ApiError(404, 404, 'No such control');
      const result = await match.route.handler({
        params: match.params,
        query: url.searchParams,
        headers: request.headers,
        body: jsonOf('application/json', raw),
        raw,
        parts: () => [],
        session: null,
        tamper: null,
      });
      return result instanceof Reply ? result : new Reply(200, result);
    } catch (error) {
      if (error instanceof ApiError) return Reply.of(error);
      throw error;
    }
  }

  private on(method: Method, path: string, handler: Handler): void {
    this.routes.api(method, `${CONTROL_PREFIX}${path}`, {}, handler);
  }

  private addKnobs(): void {
    const { controls } = this;
    this.on('GET', '/calls', ({ query }) => ({ calls: controls.calls(Number(query.get('since') ?? 0)) }));
    this.on('DELETE', '/calls', () => done(controls.forgetCalls()));
    this.on('GET', '/faults', () => ({ faults: controls.faultsLeft() }));
    this.on('POST', '/faults', ({ body }) => done(controls.fault(asPlan(body))));
    this.on('DELETE', '/faults', () => done(controls.noFaults()));
    this.on('GET', '/knobs', () => controls.knobs());
    this.on('PATCH', '/knobs', ({ body }) => controls.turn(asObject(body)));
    this.on('POST', '/clock', ({ body }) => {
      const { advanceSeconds } = asObject<{ advanceSeconds: number }>(body);
      if (advanceSeconds === undefined || !Number.isFinite(advanceSeconds)) throw invalid('advanceSeconds');
      return { now: controls.advance(advanceSeconds) };
    });
    this.on('POST', '/human-verification/solve', () => done(controls.solveHumanVerification()));
    this.on('POST', '/reset', async () => done(await controls.reset()));
  }

  private addNodes(): void {
    const { controls } = this;
    this.on('GET', '/nodes', () => ({ nodes: controls.nodes() }));
    this.on('POST', '/nodes/:link/:act', async ({ params, body }) =>
      done(await controls.inWebApp(params.link ?? '', asAct(params.act, body))),
    );
    this.on('GET', '/blocks', () => ({ blocks: controls.blocks() }));
    this.on('GET', '/blocks/:block', async ({ params }) => {
      const bytes = await controls.ciphertext(params.block ?? '');
      if (!bytes) throw new ApiError(404, 2501, 'No such block');
      return new Reply(200, bytes);
    });
  }

  private addSessions(): void {
    const { controls } = this;
    this.on('GET', '/sessions', () => ({ sessions: controls.sessions() }));
    this.on('GET', '/secrets', () => ({ secrets: controls.secrets() }));
    this.on('POST', '/sessions/:uid/revoke', ({ params }) => done(controls.revoke(params.uid ?? '')));
    this.on('POST', '/sessions/:uid/expire', ({ params }) => done(controls.expire(params.uid ?? '')));
    this.on('POST', '/forks/approve', ({ body }) => {
      const { url } = asObject<{ url: string }>(body);
      if (typeof url !== 'string') throw invalid('url');
      return controls.approve(url);
    });
  }
}

const done = (_: void): object => ({});

const invalid = (what: string): ApiError => new ApiError(400, 2001, `Invalid ${what}`);

const asObject = <T extends object>(body: unknown): Partial<T> => {
  if (typeof body !== 'object' || body === null) throw invalid('body');
  return body;
};

const asPlan = (body: unknown): FaultPlan => {
  const { route, does, times, after } = asObject<FaultPlan>(body);
  if (typeof route !== 'string' || typeof does !== 'object') throw invalid('fault');
  return { route, does, ...(times === undefined ? {} : { times }), ...(after === undefined ? {} : { after }) };
};

const asAct = (act: string | undefined, body: unknown): WebAppAct => {
  if (act === 'trash' || act === 'restore' || act === 'delete') return { act };
  if (act !== 'move') throw invalid('act');
  const { parentLinkId } = asObject<{ parentLinkId: string }>(body);
  if (typeof parentLinkId !== 'string') throw invalid('parentLinkId');
  return { act, parentLinkId };
};
