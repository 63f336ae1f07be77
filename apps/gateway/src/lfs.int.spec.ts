import type { Repository } from '#application/ports/catalogue.js';
import { PUBLIC_HOST, type GatewayWorld } from '#testing/gateway/gateway-world.js';
import { LfsClient } from '#testing/gateway/lfs-client.js';
import { serveWorld } from '#testing/gateway/serve-world.js';
import { sampleObject } from '#testing/memory/memory-world.js';
import { edgeSettings } from './edge-settings.js';
import { startGateway, type Gateway } from './gateway.js';

const LFS_JSON = 'application/vnd.git-lfs+json';

let world: GatewayWorld;
let gateway: Gateway;
let repository: Repository;
let client: LfsClient;

beforeEach(async () => {
  ({ world, gateway, repository, client } = await serveWorld({ settings: edgeSettings, start: startGateway }));
});
afterEach(() => gateway.stop());

const object = sampleObject(200_000);

const actionsOf = (pointer = object) => client.uploadOf(pointer);
const downloadOf = (pointer = object) => client.downloadOf(pointer);

const stored = async (given = object) => {
  await world.hold(repository, given);
  await world.settle(given);
};

describe('an object', () => {
  it('goes up, is vouched for, and comes down again', async () => {
    const { upload, verify } = await actionsOf();
    expect((await client.put(upload, object.bytes)).status).toBe(200);
    expect(world.eventsOf(object.oid)).toEqual(['ObjectStaged', 'ObjectLinked']);
    expect(world.database.outbox.map(({ queue }) => queue)).toEqual(['store-object']);
    expect((await client.verify(verify, object)).status).toBe(429);
    await world.settle(object);
    expect((await client.verify(verify, object)).status).toBe(200);
    expect(await client.offer('upload', object)).toEqual({ oid: object.oid, size: object.size });
    const got = await client.get(await downloadOf());
    expect(got.status).toBe(200);
    expect(Buffer.from(await got.arrayBuffer()).equals(object.bytes)).toBe(true);
  });

  it('is stored once when twenty clients send it at once, and all of them are told success', async () => {
    const { upload } = await actionsOf();
    const replies = await Promise.all(Array.from({ length: 20 }, () => client.put(upload, object.bytes)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(world.eventsOf(object.oid)).toEqual(['ObjectStaged', 'ObjectLinked']);
  });

  it.each([
    'text/html',
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
  ])('is taken as bytes when it claims to be %s', async (type) => {
    const { upload } = await actionsOf();
    expect((await client.put(upload, object.bytes, { 'Content-Type': type })).status).toBe(200);
  });

  it('of no bytes is an object too', async () => {
    const empty = sampleObject(0);
    const { upload } = await actionsOf(empty);
    expect((await client.put(upload, empty.bytes)).status).toBe(200);
    await world.settle(empty);
    expect((await client.get(await downloadOf(empty))).status).toBe(200);
  });

  it('that another repository holds has to be sent again, and is nowhere told of', async () => {
    await stored();
    await world.repository('other');
    const other = new LfsClient(gateway.port, (await world.issue()).value, 'acme/other');
    expect((await other.offer('download', object)).error?.code).toBe(404);
    const { actions } = await other.offer('upload', object);
    expect(actions?.upload).toBeDefined();
    expect((await other.put(actions!.upload!, object.bytes)).status).toBe(200);
    expect(world.eventsOf(object.oid)).toEqual(['ObjectStaged', 'ObjectLinked', 'ObjectStored', 'ObjectLinked']);
  });
});

describe('a batch', () => {
  it('offers actions with everything that a client needs, at the public address', async () => {
    const object1 = await client.offer('upload', object);
    const href = `https://${PUBLIC_HOST}/acme/demo.git/info/lfs/objects/${object.oid}`;
    const times = { expires_in: 900, expires_at: '2026-01-01T00:15:00Z' };
    expect(object1).toEqual({
      oid: object.oid,
      size: object.size,
      authenticated: true,
      actions: {
        upload: {
          href,
          header: { 'Content-Type': 'application/octet-stream', 'X-LFS-Action': expect.any(String) },
          ...times,
        },
        verify: { href: `${href}/verify`, header: { Accept: LFS_JSON, 'X-LFS-Action': expect.any(String) }, ...times },
      },
    });
  });

  it('is answered with and without .git, and in any case of the name', async () => {
    for (const path of ['acme/demo', 'acme/demo.git', 'ACME/Demo']) {
      const response = await fetch(`http://127.0.0.1:${gateway.port}/${path}/info/lfs/objects/batch`, {
        method: 'POST',
        body: JSON.stringify({ operation: 'download', objects: [] }),
        headers: { 'content-type': 'application/json', ...client.authorization },
      });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe(LFS_JSON);
      expect(await response.json()).toEqual({ transfer: 'basic', hash_algo: 'sha256', objects: [] });
    }
  });

  it('echoes every object in its place, bad ones with a 422 of their own', async () => {
    const good = { oid: object.oid, size: object.size };
    const asked: unknown[] = [
      good,
      { oid: object.oid.toUpperCase(), size: 1 },
      { oid: '../../etc/passwd', size: 1 },
      { oid: `${'a'.repeat(63)}\0`, size: 1 },
      { oid: 'b'.repeat(64), size: -1 },
      { oid: 'c'.repeat(64), size: 1.5 },
      { oid: 'd'.repeat(64), size: 'x' },
      { oid: 7, size: 1 },
      null,
      good,
    ];
    const { status, body } = await client.batch('upload', asked);
    expect(status).toBe(200);
    expect(body.objects.map(({ error }) => error?.code ?? 0)).toEqual([0, 422, 422, 422, 422, 422, 422, 422, 422, 0]);
    expect(body.objects.map(({ oid }) => oid)).toEqual(
      asked
        .map((one) => ((one as { oid?: unknown } | null)?.oid ?? '') as string)
        .map((oid) => (typeof oid === 'string' ? oid : '')),
    );
    expect(body.objects.every(({ size }) => Number.isSafeInteger(size))).toBe(true);
  });

  it('refuses a size of 2^53 + 1, which would be read as another number', async () => {
    const { body } = await client.post(
      'objects/batch',
      `{"operation":"upload","objects":[{"oid":"${object.oid}","size":9007199254740993}]}`,
    );
    expect(body.objects[0]).toMatchObject({ size: 0, error: { code: 422 } });
  });

  it('takes a thousand objects and no more', async () => {
    const objects = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ oid: at.toString(16).padStart(64, '0'), size: 1 }));
    expect((await client.batch('download', objects(1000))).status).toBe(200);
    const { status, body } = await client.batch('download', objects(1001));
    expect(status).toBe(413);
    expect(body.message).toContain('too many objects');
  });

  it.each<[string, unknown, number]>([
    ['an unknown operation', { operation: 'delete', objects: [] }, 422],
    ['only transfers that are not basic', { operation: 'upload', transfers: ['tus', 'ssh'], objects: [] }, 422],
    ['another hash', { operation: 'upload', hash_algo: 'sha512', objects: [] }, 409],
    ['no objects', { operation: 'upload' }, 400],
    ['no JSON', '{"operation":', 400],
    ['JSON of a depth that nobody needs', '['.repeat(5000) + ']'.repeat(5000), 400],
    ['a body of ten MiB', 'x'.repeat(10 * 1024 * 1024), 413],
  ])('with %s is refused', async (_, body, status) => {
    const reply = await client.post('objects/batch', body);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('content-type')).toBe(LFS_JSON);
    expect(reply.body).toEqual({
      message: expect.any(String),
      request_id: expect.any(String),
      documentation_url: expect.any(String),
    });
  });

  it('with transfers left out, null or basic among others, and a ref of any form, is served', async () => {
    for (const extra of [
      { transfers: undefined },
      { transfers: null },
      { transfers: ['lfs-standalone-file', 'basic', 'ssh'] },
      { ref: null },
      { ref: {} },
    ]) {
      expect((await client.batch('download', [], { hash_algo: 'sha256', ...extra })).status).toBe(200);
    }
  });

  it('of another content type is refused with 415, and one that takes no LFS answer with 406', async () => {
    expect((await client.post('objects/batch', {}, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await client.post('objects/batch', {}, { accept: 'text/html' })).status).toBe(406);
    expect((await client.post('objects/batch', { operation: 'upload', objects: [] }, { accept: '*/*' })).status).toBe(
      200,
    );
  });

  it('is answered with 429 and Retry-After while an object is still on its way to the vault', async () => {
    await world.hold(repository, object);
    for (const operation of ['upload', 'download']) {
      const { status, headers } = await client.batch(operation, [{ oid: object.oid, size: object.size }]);
      expect([status, headers.get('retry-after')]).toEqual([429, '5']);
    }
  });

  it('takes a staged object for enough where the repository says so, though not for a download', async () => {
    const weaker = await world.repository('weak', 'staged');
    await world.hold(weaker, object);
    const weak = new LfsClient(gateway.port, (await world.issue()).value, 'acme/weak');
    expect(await weak.offer('upload', object)).toEqual({ oid: object.oid, size: object.size });
    expect((await weak.batch('download', [{ oid: object.oid, size: object.size }])).status).toBe(429);
  });

  it.each([
    ['vault.full', 507],
    ['vault.refused', 500],
    ['vault.unavailable', 500],
  ] as const)('names the reason when storing was given up for %s', async (failure, code) => {
    await world.hold(repository, object);
    await world.settle(object, failure);
    for (const operation of ['upload', 'download'] as const) {
      const { error } = await client.offer(operation, object);
      expect(error?.code).toBe(code);
      expect(error?.message).toContain('ballast dead-letters list');
      expect(error?.message).toContain(failure);
    }
  });

  it('asks for the bytes again when the staged ones are lost', async () => {
    await world.hold(repository, object);
    await world.settle(object, 'staging.lost');
    const { upload } = await actionsOf();
    expect((await client.put(upload, object.bytes)).status).toBe(200);
    expect(world.database.objects.get(object.oid)).toMatchObject({ state: 'staged', generation: 2 });
  });

  it('refuses by object when the disk runs low, and another size than the recorded one', async () => {
    world.hotTier.capacityBytes = 100;
    const { body } = await client.batch('upload', [
      { oid: object.oid, size: 200 },
      { oid: 'e'.repeat(64), size: 50 },
    ]);
    expect(body.objects.map(({ error, actions }) => [error?.code, actions !== undefined])).toEqual([
      [507, false],
      [undefined, true],
    ]);
    world.hotTier.capacityBytes = Number.MAX_SAFE_INTEGER;
    await stored();
    expect((await client.offer('download', { oid: object.oid, size: 1 })).error?.code).toBe(422);
  });

  it('has a cold object hydrated before its bytes are asked for', async () => {
    await stored();
    world.hotTier.files.clear();
    expect((await client.offer('download', object)).actions?.download).toBeDefined();
    expect(world.database.outbox.map(({ queue }) => queue)).toEqual(['hydrate-object']);
  });
});

describe('locks', () => {
  it('are told to be none, for clients take a refusal of locks/verify for the end of locking', async () => {
    expect(await client.post('locks/verify', { ref: null })).toMatchObject({
      status: 200,
      body: { ours: [], theirs: [] },
    });
  });
});

describe('an upload that is not what it says', () => {
  it('is refused with 400, never 422, and leaves nothing behind', async () => {
    const { upload } = await actionsOf();
    const changed = Uint8Array.from(object.bytes, (byte, at) => (at === 77 ? byte ^ 1 : byte));
    for (const body of [changed, object.bytes.subarray(1), Buffer.concat([object.bytes, Buffer.from('x')])]) {
      const response = await client.put(upload, body);
      expect(response.status).toBe(400);
      expect(((await response.json()) as { message: string }).message).toContain('request ');
    }
    expect(world.hotTier.files.size).toBe(0);
    expect(world.eventsOf(object.oid)).toEqual([]);
  });

  it('is refused with 507 when the disk ran full since the batch', async () => {
    const { upload } = await actionsOf();
    world.hotTier.capacityBytes = 10;
    expect((await client.put(upload, object.bytes)).status).toBe(507);
  });
});
