import type { BatchAction } from '#contracts/lfs/batch.js';
import { PUBLIC_HOST, type GatewayWorld } from '#testing/gateway/gateway-world.js';
import type { LfsClient } from '#testing/gateway/lfs-client.js';
import { RawConnection, until } from '#testing/gateway/raw-http.js';
import { serveWorld } from '#testing/gateway/serve-world.js';
import { sampleObject } from '#testing/memory/memory-world.js';
import { edgeSettings } from './edge-settings.js';
import { startGateway, type Gateway } from './gateway.js';

let world: GatewayWorld;
let gateway: Gateway;
let client: LfsClient;
const open: RawConnection[] = [];

const start = async (more: Record<string, string> = {}) => {
  const given = { BALLAST_PUBLIC_URL: `https://${PUBLIC_HOST}`, BALLAST_DRAIN_TIMEOUT: '1s', ...more };
  ({ world, gateway, client } = await serveWorld({ settings: edgeSettings, start: startGateway }, given));
};
afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await gateway.stop();
});

const raw = async (text: string | Uint8Array) => {
  const connection = await RawConnection.open(gateway.port);
  open.push(connection);
  return connection.send(text);
};
const object = sampleObject(200_000);
const uploadOf = async (): Promise<BatchAction> => (await client.uploadOf(object)).upload;
const head = (action: BatchAction, ...lines: string[]) =>
  [
    `PUT ${action.href.replace(`https://${PUBLIC_HOST}`, '')} HTTP/1.1`,
    'Host: x',
    ...Object.entries(action.header).map(([name, value]) => `${name}: ${value}`),
    ...lines,
    '',
    '',
  ].join('\r\n');
const nothingLeft = () => {
  expect(world.hotTier.files.size).toBe(0);
  expect(world.eventsOf(object.oid)).toEqual([]);
};

describe('what arrives on a socket', () => {
  beforeEach(() => start());

  it.each([
    [
      'both a length and chunks',
      'POST /a/b/info/lfs/objects/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    ],
    [
      'two lengths',
      'POST /a/b/info/lfs/objects/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef',
    ],
    [
      'a length that is no number',
      'POST /a/b/info/lfs/objects/batch HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nabcdef',
    ],
    [
      'a transfer encoding of two minds',
      'POST /a/b/info/lfs/objects/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    ],
    ['a space before a colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a NUL in the path', 'GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('with %s is refused once, and the connection is closed', async (_, text) => {
    const answer = await (await raw(text)).toEnd();
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('with 16 KiB of headers is refused with 431', async () => {
    const bomb = `GET / HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 40 }, (_, at) => `x-${at}: ${'y'.repeat(500)}\r\n`).join('')}\r\n`;
    expect(await (await raw(bomb)).toEnd()).toMatch(/^HTTP\/1\.1 431 /);
  });

  it.each([
    '/acme/../demo/info/lfs/locks',
    '/%2e%2e/demo/info/lfs/locks',
    '/acme/d%00mo/info/lfs/locks',
    '/acme/d%2Fmo/info/lfs/locks',
    '/acme/demo..git/info/lfs/locks',
  ])('for %s finds nothing', async (path) => {
    const asked = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${client.authorization['authorization'] ?? ''}\r\nConnection: close\r\n\r\n`;
    expect(await (await raw(asked)).toEnd()).toMatch(/^HTTP\/1\.1 404 /);
  });

  it.each(['A'.repeat(64), '..%2f..%2fetc%2fpasswd', `${'a'.repeat(63)}%00`, 'a'.repeat(65), '%C3%A9'.repeat(10)])(
    'for the object %s finds nothing',
    async (oid) => {
      for (const method of ['GET', 'PUT']) {
        const asked = `${method} /acme/demo/info/lfs/objects/${oid} HTTP/1.1\r\nHost: x\r\nX-LFS-Action: x\r\nConnection: close\r\n\r\n`;
        expect(await (await raw(asked)).toEnd()).toMatch(/^HTTP\/1\.1 404 /);
      }
    },
  );

  it('with a broken escape in its path is refused with 400 in the LFS form', async () => {
    const answer = await (
      await raw('GET /acme/%zz/info/lfs/locks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    ).toEnd();
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/vnd.git-lfs+json');
  });

  it('for what is nowhere is answered with 404, by a method that is not taken with 405 and what is taken', async () => {
    const ask = (path: string, method: string) => fetch(`http://127.0.0.1:${gateway.port}${path}`, { method });
    for (const path of ['/', '/acme/demo', '/acme/demo.git/info/refs', '/metrics', '/acme/demo/info/lfs/objects']) {
      const response = await ask(path, 'GET');
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/vnd.git-lfs+json']);
    }
    const methods = async (path: string, method: string) => {
      const response = await ask(path, method);
      return [response.status, response.headers.get('allow')];
    };
    expect(await methods('/acme/demo/info/lfs/objects/batch', 'GET')).toEqual([405, 'POST']);
    expect(await methods('/acme/demo/info/lfs/objects/batch', 'PUT')).toEqual([405, 'POST']);
    expect(await methods(`/acme/demo/info/lfs/objects/${object.oid}`, 'DELETE')).toEqual([405, 'GET, HEAD, PUT']);
    expect(await methods(`/acme/demo/info/lfs/objects/${object.oid}/verify`, 'GET')).toEqual([405, 'POST']);
    expect(await methods('/acme/demo/info/lfs/locks', 'PUT')).toEqual([405, 'GET, POST']);
  });

  it('keeps a sane request id and replaces any other', async () => {
    const ask = async (id: string) => (await client.post('objects/batch', {}, { 'x-request-id': id })).body;
    expect((await ask('abc-12345')).request_id).toBe('abc-12345');
    const other = await ask('a"b<script>');
    expect(other.request_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(other.message).toContain(other.request_id);
    expect(other.documentation_url).toBe(`https://${PUBLIC_HOST}/documentation/faults#request.malformed`);
  });
});

describe('an upload on a socket', () => {
  beforeEach(() => start());

  it('that must be refused is refused before it is sent, and the refusal arrives while it is', async () => {
    const action = await uploadOf();
    const forged = { ...action, header: { 'X-LFS-Action': 'forged' } };
    const connection = await raw(head(forged, 'Content-Length: 80000000'));
    for (let sent = 0; sent < 50; sent += 1) connection.send(Buffer.alloc(64 * 1024));
    const answer = await connection.toEnd(8_000);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    nothingLeft();
  });

  it('that ends early leaves nothing behind', async () => {
    const connection = await raw(head(await uploadOf(), `Content-Length: ${object.size}`));
    connection.send(object.bytes.subarray(0, 100_000));
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    nothingLeft();
  });

  it('of another length than granted is refused before it is sent', async () => {
    const connection = await raw(head(await uploadOf(), `Content-Length: ${object.size + 1}`));
    expect(await connection.toEnd()).toMatch(/^HTTP\/1\.1 400 /);
    nothingLeft();
  });

  it('in chunks is taken up to its size and not a byte further', async () => {
    const action = await uploadOf();
    const chunk = (bytes: Uint8Array) =>
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
    const long = await raw(head(action, 'Transfer-Encoding: chunked'));
    long.send(chunk(object.bytes)).send(chunk(Buffer.alloc(1)));
    expect(await long.toEnd(8_000)).toMatch(/^HTTP\/1\.1 400 /);
    nothingLeft();
    const short = await raw(head(action, 'Transfer-Encoding: chunked'));
    short.send(chunk(object.bytes.subarray(1))).send('0\r\n\r\n');
    await short.toInclude('HTTP/1.1 400 ');
    nothingLeft();
    const bad = await raw(head(action, 'Transfer-Encoding: chunked'));
    bad.send('zz\r\nabc');
    expect(await bad.toEnd()).toMatch(/^HTTP\/1\.1 400 /);
    const right = await raw(head(action, 'Transfer-Encoding: chunked'));
    right.send(chunk(object.bytes)).send('0\r\n\r\n');
    await right.toInclude('HTTP/1.1 200 OK');
  });

  it('without any body is refused', async () => {
    expect(await (await raw(head(await uploadOf()))).toInclude('\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    nothingLeft();
  });

  it('is not hurt by an attempt that breaks after another one succeeded', async () => {
    const action = await uploadOf();
    const first = await raw(head(action, `Content-Length: ${object.size}`));
    first.send(object.bytes.subarray(0, 100_000));
    expect((await client.put(action, object.bytes)).status).toBe(200);
    first.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(world.hotTier.files.has(object.oid)).toBe(true);
    expect(world.eventsOf(object.oid)).toEqual(['ObjectStaged', 'ObjectLinked']);
  });
});

describe('a slow or crowded gateway', () => {
  it('ends an upload that stands still, and gives its place to another', async () => {
    await start({ BALLAST_NO_PROGRESS_TIMEOUT: '1s', BALLAST_TRANSFERS_MAX: '1' });
    const action = await uploadOf();
    const still = await raw(head(action, `Content-Length: ${object.size}`));
    still.send(object.bytes.subarray(0, 1000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const busy = await client.put(action, object.bytes);
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await still.toEnd(8_000)).toMatch(/^HTTP\/1\.1 408 /);
    nothingLeft();
    expect((await client.put(action, object.bytes)).status).toBe(200);
  }, 15_000);

  it('ends an upload that trickles', async () => {
    await start({ BALLAST_NO_PROGRESS_TIMEOUT: '1s' });
    const slow = await raw(head(await uploadOf(), `Content-Length: ${object.size}`));
    const drip = setInterval(() => slow.send('x'), 50);
    try {
      expect(await slow.toEnd(9_000)).toMatch(/^HTTP\/1\.1 408 /);
    } finally {
      clearInterval(drip);
    }
    nothingLeft();
  }, 15_000);

  it('ends a wait when the client goes away', async () => {
    await start();
    const signals: AbortSignal[] = [];
    world.durability.settled = (_oids, _timeout, signal) => {
      signals.push(signal);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(false)));
    };
    const repository = [...world.database.repositories.values()][0];
    if (repository === undefined) throw new Error('no repository');
    await world.hold(repository, object);
    const body = JSON.stringify({ operation: 'upload', objects: [{ oid: object.oid, size: object.size }] });
    const lines = [
      'POST /acme/demo/info/lfs/objects/batch HTTP/1.1',
      'Host: x',
      'Content-Type: application/vnd.git-lfs+json',
    ];
    const auth = `Authorization: ${client.authorization['authorization'] ?? ''}`;
    const connection = await raw([...lines, auth, `Content-Length: ${body.length}`, '', body].join('\r\n'));
    await until(() => signals.length === 1);
    connection.close();
    await until(() => signals[0]?.aborted === true);
  });

  it('lets an upload finish when it is told to stop, and takes no new connection', async () => {
    await start({ BALLAST_DRAIN_TIMEOUT: '5s' });
    const connection = await raw(head(await uploadOf(), `Content-Length: ${object.size}`));
    connection.send(object.bytes.subarray(0, 100_000));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = gateway.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(RawConnection.open(gateway.port)).rejects.toThrow('ECONNREFUSED');
    connection.send(object.bytes.subarray(100_000));
    expect(await connection.toEnd()).toMatch(/^HTTP\/1\.1 200 OK/);
    await stopped;
    expect(world.eventsOf(object.oid)).toEqual(['ObjectStaged', 'ObjectLinked']);
  });

  it('cuts what does not finish in time when it is told to stop', async () => {
    await start({ BALLAST_DRAIN_TIMEOUT: '100ms' });
    const connection = await raw(head(await uploadOf(), `Content-Length: ${object.size}`));
    connection.send(object.bytes.subarray(0, 100_000));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await gateway.stop();
    await connection.toEnd();
    nothingLeft();
  });
});
