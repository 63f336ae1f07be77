import type { GatewayWorld } from '#testing/gateway/gateway-world.js';
import { LfsClient } from '#testing/gateway/lfs-client.js';
import { serveWorld } from '#testing/gateway/serve-world.js';
import { sampleObject } from '#testing/memory/memory-world.js';
import { edgeSettings } from './edge-settings.js';
import { startGateway, type Gateway } from './gateway.js';

const LFS_JSON = 'application/vnd.git-lfs+json';

let world: GatewayWorld;
let gateway: Gateway;
let client: LfsClient;
let tokenId: string;

beforeEach(async () => {
  const served = await serveWorld({ settings: edgeSettings, start: startGateway });
  ({ world, gateway, client } = served);
  tokenId = served.token.id;
});
afterEach(() => gateway.stop());

const object = sampleObject(200_000);

const actionsOf = (pointer = object) => client.uploadOf(pointer);

describe('a caller', () => {
  const batchWith = (headers: Record<string, string>, path = 'acme/demo') =>
    new LfsClient(gateway.port, null, path).post('objects/batch', { operation: 'upload', objects: [] }, headers);
  const basic = (user: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  });

  it('without credentials is challenged, whether or not there is such a repository', async () => {
    for (const path of ['acme/demo', 'acme/none']) {
      const { status, headers } = await batchWith({}, path);
      expect(status).toBe(401);
      expect(headers.get('lfs-authenticate')).toBe('Basic realm="Ballast"');
      expect(headers.get('www-authenticate')).toBe('Basic realm="Ballast"');
    }
  });

  it('with wrong credentials is refused, never challenged again', async () => {
    const unknown = world.codec.mint().value;
    const wrong = [
      basic('any', 'wrong'),
      basic('any', unknown),
      basic('', ''),
      { authorization: 'Bearer x y' },
      { authorization: 'Digest x' },
    ];
    for (const headers of wrong) expect((await batchWith(headers)).status).toBe(403);
  });

  it('may give its token as password, as user, or as bearer', async () => {
    const { value } = await world.issue();
    for (const headers of [
      basic('any', value),
      basic(value, ''),
      { authorization: `Bearer ${value}` },
      { authorization: `bearer  ${value}` },
    ]) {
      expect((await batchWith(headers)).status).toBe(200);
    }
  });

  it('finds no repository that its token does not cover, nor one with an impossible name', async () => {
    const { value } = await world.issue({ repositories: ['acme/other'] });
    expect((await batchWith(basic('any', value))).status).toBe(404);
    const all = basic('any', (await world.issue()).value);
    for (const path of [
      'acme/none',
      'acme/%2e%2e',
      '..%2f/demo',
      'acme/d%00mo',
      'acme/d%C3%A9mo',
      `${'a'.repeat(120)}/demo`,
    ]) {
      expect((await batchWith(all, path)).status).toBe(404);
    }
  });

  it('with a token for reading may read and may not push', async () => {
    const reader = new LfsClient(gateway.port, (await world.issue({ access: 'read' })).value);
    expect((await reader.batch('download', [])).status).toBe(200);
    expect((await reader.batch('upload', [])).status).toBe(403);
  });

  it('with an expired or revoked token is refused within five seconds', async () => {
    const { id, value } = await world.issue({ expiresAt: '2026-01-01T01:00:00.000Z' });
    expect((await batchWith(basic('any', value))).status).toBe(200);
    world.clock.advance(3_600_000);
    expect((await batchWith(basic('any', value))).status).toBe(403);
    expect((await client.batch('upload', [])).status).toBe(200);
    await world.revoke(tokenId);
    world.clock.advance(5_000);
    expect((await client.batch('upload', [])).status).toBe(403);
    expect(id).not.toBe(tokenId);
  });
});

describe('a signed action', () => {
  it('is needed for PUT, verify and GET, and its lack is a 403 rather than a challenge', async () => {
    const url = `${client.url}/objects/${object.oid}`;
    for (const [method, at] of [
      ['PUT', url],
      ['POST', `${url}/verify`],
      ['GET', url],
      ['HEAD', url],
    ] as const) {
      const response = await fetch(at, { method, headers: { ...client.authorization, 'content-type': LFS_JSON } });
      expect([method, response.status]).toEqual([method, 403]);
    }
  });

  it('opens nothing but what it was given for', async () => {
    const { upload, verify } = await actionsOf();
    await world.repository('other');
    const other = sampleObject(10, 7);
    const wrong = [
      { ...upload, header: verify.header },
      { ...upload, href: upload.href.replace(object.oid, other.oid) },
      { ...upload, href: upload.href.replace('/demo', '/other') },
      { ...upload, href: upload.href.replace('/demo', '/none') },
      { ...upload, header: { 'X-LFS-Action': `${upload.header['X-LFS-Action'] ?? ''}x` } },
    ];
    for (const action of wrong) expect((await client.put(action, object.bytes)).status).toBe(403);
    expect(world.hotTier.files.size).toBe(0);
    expect(world.database.events.filter(({ type }) => type === 'ObjectStaged')).toHaveLength(0);
  });

  it('expires, and dies with its token', async () => {
    const { upload } = await actionsOf();
    world.clock.advance(900_000 + 61_000);
    expect((await client.put(upload, object.bytes)).status).toBe(403);
    const again = await actionsOf();
    await world.revoke(tokenId);
    world.clock.advance(5_000);
    expect((await client.put(again.upload, object.bytes)).status).toBe(403);
  });

  it('does no harm when a PUT is sent again', async () => {
    const { upload } = await actionsOf();
    for (let times = 0; times < 3; times += 1) expect((await client.put(upload, object.bytes)).status).toBe(200);
    expect(world.eventsOf(object.oid)).toEqual(['ObjectStaged', 'ObjectLinked']);
  });
});
