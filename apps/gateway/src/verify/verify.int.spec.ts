import type { GatewayWorld } from '#testing/gateway/gateway-world.js';
import { LfsClient } from '#testing/gateway/lfs-client.js';
import { serveWorld } from '#testing/gateway/serve-world.js';
import { sampleObject } from '#testing/memory/memory-world.js';
import { edgeSettings } from '../edge-settings.js';
import { startGateway, type Gateway } from '../gateway.js';

let world: GatewayWorld;
let gateway: Gateway;
let client: LfsClient;

beforeEach(async () => {
  ({ world, gateway, client } = await serveWorld({ settings: edgeSettings, start: startGateway }));
});
afterEach(() => gateway.stop());

const object = sampleObject(200_000);

const actionsOf = (pointer = object) => client.uploadOf(pointer);

describe('verify', () => {
  it('refuses another pointer than the granted one with 400, and an object that never came with 404', async () => {
    const { verify } = await actionsOf();
    expect((await client.verify(verify, { oid: object.oid, size: 1 })).status).toBe(400);
    expect((await client.verify(verify, { oid: 'f'.repeat(64), size: object.size })).status).toBe(400);
    expect((await client.verify(verify, object)).status).toBe(404);
  });

  it('tells no success of an object that is only staged: it waits, then says ask again', async () => {
    const { upload, verify } = await actionsOf();
    await client.put(upload, object.bytes);
    const waited = await client.verify(verify, object);
    expect(waited.status).toBe(429);
    expect(Number(waited.headers.get('retry-after'))).toBeGreaterThan(0);
    await world.settle(object);
    expect((await client.verify(verify, object)).status).toBe(200);
  });

  it('never answers a failure with anything that a client takes for success or for a wait', async () => {
    const { upload, verify } = await actionsOf();
    await client.put(upload, object.bytes);
    await world.settle(object, 'vault.full');
    expect((await client.verify(verify, object)).status).toBe(507);
  });

  it('is true at once for a staged object where the repository says so', async () => {
    await world.repository('weak', 'staged');
    const weak = new LfsClient(gateway.port, (await world.issue()).value, 'acme/weak');
    const { upload, verify } = await weak.uploadOf(object);
    await weak.put(upload, object.bytes);
    expect((await weak.verify(verify, object)).status).toBe(200);
  });
});
