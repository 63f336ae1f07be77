import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Fault } from '#domain/fault/fault.js';
import { DriveHost, type Observation, type SessionTokens } from '../../drive-host.js';
import { Operations } from '../operations.js';
import { blockBehind } from './answer.js';
import { BlockBody } from './block-body.js';
import { DriveHttp } from './drive-http.js';

class RecordingHost extends DriveHost {
  readonly observations: Observation[] = [];
  readonly refused: (string | null)[] = [];
  permits = 0;
  stop: Fault | null = null;
  token = 'first';

  override async permit(): Promise<void> {
    this.permits++;
    if (this.stop) throw this.stop;
  }
  override async observed(observation: Observation): Promise<void> {
    this.observations.push(observation);
    if (observation.code === 2028) this.stop = new Fault('vault.abuse-blocked');
  }
  override async tokens(refused: string | null): Promise<SessionTokens> {
    this.refused.push(refused);
    if (refused === this.token) this.token = 'second';
    return { uid: 'uid', accessToken: this.token };
  }
  override async keyPassword(): Promise<string> {
    return '';
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const signal = new AbortController().signal;
let handle: Handler;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => handle(request, response, Buffer.concat(chunks).toString('latin1')));
});

const answer = (response: ServerResponse, status: number, body: object, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};

let url = '';
let host = new RecordingHost();
let operations = new Operations();

const http = (): DriveHttp =>
  new DriveHttp({ baseUrl: url, development: true, appVersion: 'external-drive-ballast@1.0.0' }, host, operations);

const json = (client: DriveHttp, timeoutMs = 5_000): Promise<Response> =>
  client.fetchJson({
    url: `https://${new URL(url).host}/drive/blocks`,
    ...{ method: 'POST', headers: new Headers({ accept: 'x' }), json: { a: 1 }, timeoutMs },
  });

const block = (client: DriveHttp, method: string, body?: BlockBody): Promise<Response> =>
  client.fetchBlob({
    url: `${url}/storage/blocks`,
    ...{ method, headers: new Headers({ 'pm-storage-token': 'token' }), timeoutMs: 5_000 },
    ...(body && { body: body }),
  });

beforeEach(async () => {
  host = new RecordingHost();
  operations = new Operations();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('the http client of the SDK', () => {
  it('asks for leave, names the application and carries the session', async () => {
    let seen: IncomingMessage | null = null;
    handle = (request, response) => {
      seen = request;
      answer(response, 200, { Code: 1000 });
    };
    const response = await json(http());
    expect(await response.json()).toEqual({ Code: 1000 });
    expect(seen).toMatchObject({
      headers: { 'x-pm-appversion': 'external-drive-ballast@1.0.0', 'x-pm-uid': 'uid', authorization: 'Bearer first' },
    });
    expect(host.permits).toBe(1);
    expect(host.observations).toMatchObject([
      { op: 'POST drive/blocks', status: 200, code: 1000, sentBytes: 7, receivedBytes: 13 },
    ]);
  });

  it('asks for other tokens once when eight requests at a time are refused, and sends each again', async () => {
    handle = (request, response) =>
      request.headers.authorization === 'Bearer second'
        ? answer(response, 200, { Code: 1000 })
        : answer(response, 401, { Code: 401 });
    const client = http();
    const answers = await Promise.all(Array.from({ length: 8 }, () => json(client)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(host.refused).toEqual([null, 'first']);
  });

  it('gives up on a session that is refused with other tokens as well', async () => {
    handle = (_, response) => answer(response, 401, { Code: 401 });
    expect((await json(http())).status).toBe(401);
    expect(host.permits).toBe(2);
  });

  it('hides "too many requests" from the SDK and asks for leave again, however often', async () => {
    let calls = 0;
    handle = (_, response) =>
      ++calls <= 60
        ? answer(response, 429, { Code: 85131 }, { 'retry-after': '7' })
        : answer(response, 200, { Code: 1000 });
    expect((await json(http())).status).toBe(200);
    expect(host.permits).toBe(61);
    expect(host.observations.filter(({ retryAfterMs }) => retryAfterMs === 7_000)).toHaveLength(60);
  });

  it('gives a call back whose requests are refused so for too long, with the fault that costs no attempt', async () => {
    let now = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 5_000));
    handle = (_, response) => answer(response, 429, { Code: 85131 }, { 'retry-after': '7' });
    try {
      await expect(json(http())).rejects.toMatchObject({ code: 'vault.throttled' });
    } finally {
      clock.mockRestore();
    }
    expect(host.permits).toBeLessThan(10);
  });

  it('reads a refusal once and still gives it to the SDK', async () => {
    handle = (_, response) => answer(response, 422, { Code: 9001, Details: { HumanVerificationToken: 'x' } });
    const response = await json(http());
    expect(await response.json()).toMatchObject({ Code: 9001 });
    expect(host.observations).toMatchObject([{ status: 422, code: 9001, humanVerification: true }]);
  });

  it('sends nothing once a stop is in force, and ends the call with its fault', async () => {
    let calls = 0;
    handle = (_, response) => {
      calls++;
      answer(response, 422, { Code: 2028 });
    };
    const client = http();
    await json(client);
    const call = operations.run(signal, () => json(client));
    await expect(call).rejects.toMatchObject({ code: 'vault.abuse-blocked' });
    expect(calls).toBe(1);
  });

  it('tells a timeout and a connection that was cut by the names that the SDK knows, without the address', async () => {
    handle = () => undefined;
    const late = await json(http(), 30).catch((error: unknown) => error as Error);
    handle = (request) => request.socket.destroy();
    const cut = await json(http()).catch((error: unknown) => error as Error);
    const cutBlock = await block(http(), 'GET').catch((error: unknown) => error as Error);
    expect([late, cut, cutBlock].map((error) => (error as Error).name)).toEqual([
      'TimeoutError',
      'ConnectionError',
      'ConnectionError',
    ]);
    for (const error of [late, cut, cutBlock])
      expect(JSON.stringify([error, (error as Error).stack])).not.toContain('127.0.0.1');
    expect(host.observations.map(({ status, errorName }) => [status, errorName])).toEqual([
      [0, 'TimeoutError'],
      [0, 'UND_ERR_SOCKET'],
      [0, 'ECONNRESET'],
    ]);
  });

  it('ends a request with its call though the SDK gave it no signal', async () => {
    handle = () => undefined;
    const caller = new AbortController();
    const client = http();
    const call = operations.run(caller.signal, () => json(client, 60_000));
    setTimeout(() => caller.abort(new Fault('attempt.deadline')), 20);
    await expect(call).rejects.toMatchObject({ code: 'attempt.deadline' });
  });

  it('sends blocks to storage in the form that it takes, and the session’s tokens not', async () => {
    let headers: IncomingMessage['headers'] = {};
    let body = '';
    handle = (request, response, sent) => {
      headers = request.headers;
      body = sent;
      answer(response, 200, { Code: 1000 });
    };
    await block(http(), 'POST', new BlockBody(Buffer.from('ciphertext')));
    expect(headers).toMatchObject({ 'pm-storage-token': 'token', 'content-length': String(body.length) });
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('x-pm-uid');
    expect(body).toContain('name="Block"; filename="blob"');
    expect(body).toContain('ciphertext');
    expect(host.observations).toMatchObject([{ op: 'storage', sentBytes: body.length }]);
  });

  it('tells of a block that storage refused before it had all of it: it may still be on its way', async () => {
    const early = createServer((_request, response) => response.writeHead(503, { connection: 'close' }).end());
    await new Promise<void>((resolve) => early.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(early.address() as AddressInfo).port}`;
    const cut = new BlockBody(Buffer.allocUnsafeSlow(30 * 2 ** 20));
    const client = http();
    await block(client, 'POST', cut).catch(() => undefined);
    cut.giveBack();
    expect(cut.bytes.byteLength).toBe(30 * 2 ** 20);
    await new Promise((resolve) => early.close(resolve));
  });

  it('reads a block of any length, announced or not', async () => {
    const bytes = Buffer.alloc(300_001, 'ab');
    const client = http();
    handle = (_request, response) => void response.end(bytes);
    expect(Buffer.compare(Buffer.from(await (await block(client, 'GET')).arrayBuffer()), bytes)).toBe(0);
    handle = (_request, response) => {
      for (let at = 0; at < bytes.length; at += 100_000) response.write(bytes.subarray(at, at + 100_000));
      response.end();
    };
    const { body } = await block(client, 'GET');
    if (body === null) throw new Error('no body');
    expect(Buffer.compare(blockBehind(body) ?? Buffer.alloc(0), bytes)).toBe(0);
  });

  it('follows no redirect, which could lead anywhere', async () => {
    handle = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    await expect(json(http())).rejects.toMatchObject({ name: 'ConnectionError' });
    await expect(block(http(), 'GET')).rejects.toMatchObject({ name: 'ConnectionError' });
  });

  it('refuses a form of a block that it does not know', async () => {
    const call = operations.run(signal, () => block(http(), 'POST', new FormData() as never));
    await expect(call).rejects.toMatchObject({ code: 'vault.structure' });
  });
});
