import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { request } from 'node:https';
import { GatewayWorld, PUBLIC_HOST } from '#testing/gateway/gateway-world.js';
import { until } from '#testing/gateway/raw-http.js';
import { serveWorld } from '#testing/gateway/serve-world.js';
import { tlsFixture } from '#testing/gateway/tls-fixture.js';
import { sampleObject } from '#testing/memory/memory-world.js';
import type { BatchAction, BatchResponse } from '#contracts/lfs/batch.js';
import type { Repository } from '#application/ports/catalogue.js';
import { edgeSettings } from './edge-settings.js';
import { startGateway, type Gateway } from './gateway.js';

const LFS_JSON = 'application/vnd.git-lfs+json';
const tls = { cert: Buffer.from(tlsFixture.cert), key: Buffer.from(tlsFixture.key) };
const object = sampleObject(3_000_000);

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly reset: number;
}

/** What a wait hangs on until the spec lets go. */
class HeldWorld extends GatewayWorld {
  readonly waits: { readonly timeoutMs: number; readonly signal: AbortSignal }[] = [];
  letGo: (settled: boolean) => void = () => undefined;

  constructor() {
    super();
    this.durability.settled = (_oids, timeoutMs, signal) => {
      this.waits.push({ timeoutMs, signal });
      return new Promise((resolve) => {
        this.letGo = resolve;
        signal.addEventListener('abort', () => resolve(false));
      });
    };
  }
}

describe('a gateway with TLS', () => {
  let world: HeldWorld;
  let gateway: Gateway;
  let session: ClientHttp2Session;
  let authorization: string;
  let repository: Repository;
  let pings = 0;

  beforeEach(async () => {
    world = new HeldWorld();
    const start: typeof startGateway = (ports, config, logger) => startGateway(ports, { ...config, tls }, logger, 20);
    const served = await serveWorld({ settings: edgeSettings, start }, {}, world);
    ({ gateway, repository } = served);
    authorization = `Bearer ${served.token.value}`;
    session = connect(`https://localhost:${gateway.port}`, { ca: tlsFixture.cert });
    pings = 0;
    session.on('ping', () => (pings += 1));
    session.on('error', () => undefined);
  });
  afterEach(async () => {
    session.destroy();
    await gateway.stop();
  });

  const send = (headers: Record<string, string>, body?: Uint8Array | string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const stream = session.request(headers, { endStream: body === undefined });
      const chunks: Buffer[] = [];
      let answered: IncomingHttpHeaders = {};
      stream.on('response', (given) => (answered = given));
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', (error) => (answered[':status'] === undefined ? reject(error as Error) : undefined));
      stream.on('close', () =>
        resolve({
          status: Number(answered[':status']),
          headers: answered,
          body: Buffer.concat(chunks),
          reset: stream.rstCode ?? 0,
        }),
      );
      if (body !== undefined) stream.end(body);
    });
  const at = (action: BatchAction | undefined) => action?.href.replace(`https://${PUBLIC_HOST}`, '') ?? '';
  const lower = (header: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]));
  const act = (method: string, action: BatchAction | undefined, body?: Uint8Array | string, more = {}) =>
    send({ ':method': method, ':path': at(action), ...lower(action?.header), ...more }, body);
  const offer = async (operation: string) => {
    const body = JSON.stringify({ operation, objects: [{ oid: object.oid, size: object.size }] });
    const headers = {
      ':method': 'POST',
      ':path': '/acme/demo.git/info/lfs/objects/batch',
      'content-type': LFS_JSON,
      authorization,
    };
    const answer = await send(headers, body);
    return (JSON.parse(answer.body.toString()) as BatchResponse).objects[0]?.actions ?? {};
  };
  const pointer = JSON.stringify({ oid: object.oid, size: object.size });

  it('takes an upload over HTTP/2 and gives it back', async () => {
    const { upload } = await offer('upload');
    expect((await act('PUT', upload, object.bytes)).status).toBe(200);
    await world.settle(object);
    const { download } = await offer('download');
    const whole = await act('GET', download);
    expect([whole.status, whole.body.equals(object.bytes), whole.reset]).toEqual([200, true, 0]);
    const part = await act('GET', download, undefined, { range: 'bytes=10-19' });
    expect([part.status, part.headers['content-range'], part.body.length]).toEqual([
      206,
      `bytes 10-19/${object.size}`,
      10,
    ]);
    expect((await act('HEAD', download)).headers['content-length']).toBe(String(object.size));
  });

  it('keeps a waiting verify alive with PINGs for as long as HTTP/2 may wait', async () => {
    const { upload, verify } = await offer('upload');
    await act('PUT', upload, object.bytes);
    const answer = act('POST', verify, pointer, { 'content-type': LFS_JSON });
    await until(() => world.waits.length > 0);
    const before = pings;
    await until(() => pings >= before + 3);
    expect(world.waits.at(-1)?.timeoutMs).toBe(240_000);
    await world.settle(object);
    world.letGo(true);
    expect((await answer).status).toBe(200);
  });

  it('stops waiting when the client cancels', async () => {
    const { upload, verify } = await offer('upload');
    await act('PUT', upload, object.bytes);
    const stream = session.request({
      ':method': 'POST',
      ':path': at(verify),
      ...lower(verify?.header),
      'content-type': LFS_JSON,
    });
    stream.on('error', () => undefined);
    stream.end(pointer);
    await until(() => world.waits.length > 0);
    stream.close(constants.NGHTTP2_CANCEL);
    await until(() => world.waits[0]?.signal.aborted === true);
  });

  it('refuses an upload before it has come and says that the rest is not wanted', async () => {
    const { verify } = await offer('upload');
    const stream = session.request({
      ':method': 'PUT',
      ':path': at(verify).replace('/verify', ''),
      ...lower(verify?.header),
    });
    let status = 0;
    stream.on('response', (headers) => (status = Number(headers[':status'])));
    stream.on('error', () => undefined);
    stream.resume();
    stream.write(Buffer.alloc(10));
    await until(() => stream.closed);
    expect([status, stream.rstCode]).toEqual([403, constants.NGHTTP2_NO_ERROR]);
  });

  it('breaks a download off when what was hydrated is wrong, and the session goes on', async () => {
    await world.hold(repository, object);
    await world.settle(object);
    const { download } = await offer('download');
    const wrong = Uint8Array.from(object.bytes, (byte, index) => (index === 0 ? byte ^ 1 : byte));
    world.hotTier.files.set(object.oid, { bytes: wrong, usedAt: new Date() });
    const opened = world.hotTier.open.bind(world.hotTier);
    let asked = 0;
    world.hotTier.open = (oid) => ((asked += 1) === 1 ? Promise.resolve(null) : opened(oid));
    const { status, body, reset } = await act('GET', download);
    expect([status, body.length < object.size]).toEqual([200, true]);
    expect(reset).not.toBe(constants.NGHTTP2_NO_ERROR);
    expect((await offer('download')).download).toBeDefined();
  });

  it('speaks HTTP/1.1 to those who speak nothing else, without a time limit on requests', async () => {
    const status = await new Promise((resolve, reject) => {
      const asked = request(
        `https://localhost:${gateway.port}/documentation/faults`,
        { ca: tlsFixture.cert },
        (response) => {
          response.resume();
          resolve([response.statusCode, response.httpVersion]);
        },
      );
      asked.on('error', reject).end();
    });
    expect(status).toEqual([200, '1.1']);
  });

  it('lets what is under way finish when it stops', async () => {
    const { upload, verify } = await offer('upload');
    await act('PUT', upload, object.bytes);
    const waiting = act('POST', verify, pointer, { 'content-type': LFS_JSON });
    await until(() => world.waits.length > 0);
    const stopped = gateway.stop();
    expect(await waiting).toMatchObject({ status: 429, headers: { 'retry-after': '5' } });
    await stopped;
  });
});
