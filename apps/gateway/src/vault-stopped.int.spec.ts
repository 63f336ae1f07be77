import type { StopCause } from '#domain/vault/vault.js';
import type { GatewayWorld } from '#testing/gateway/gateway-world.js';
import { LfsClient } from '#testing/gateway/lfs-client.js';
import { serveWorld } from '#testing/gateway/serve-world.js';
import { sampleObject } from '#testing/memory/memory-world.js';
import { edgeSettings } from './edge-settings.js';
import { startGateway, type Gateway } from './gateway.js';

const [stored, staged, fresh, cold] = [1, 2, 3, 4].map((seed) => sampleObject(5_000, seed));
if (!stored || !staged || !fresh || !cold) throw new Error('four were made');

let world: GatewayWorld;
let gateway: Gateway;
let client: LfsClient;

beforeEach(async () => {
  const served = await serveWorld({ settings: edgeSettings, start: startGateway });
  ({ world, gateway, client } = served);
  for (const object of [stored, cold, staged]) await world.hold(served.repository, object);
  for (const object of [stored, cold]) await world.settle(object);
  world.hotTier.files.delete(cold.oid);
});
afterEach(() => gateway.stop());

const stop = (cause: StopCause) => world.stopVault.execute({ cause, detail: 'spec', until: null });
const asked = [stored, staged, fresh, cold].map(({ oid, size }) => ({ oid, size }));
const codesOf = async (operation: 'upload' | 'download') => {
  const begunAt = performance.now();
  const { status, body } = await client.batch(operation, asked);
  expect(status).toBe(200);
  expect(performance.now() - begunAt).toBeLessThan(5_000);
  return body.objects.map(({ error }) => error?.code ?? null);
};

describe('a batch while the vault waits for a person', () => {
  const causes = [
    ['abuse-block', 503],
    ['human-verification', 503],
    ['session', 503],
    ['requirements', 503],
    ['quota', 507],
  ] as const;

  it.each(causes)(
    '(%s) says so at once for each object that is not stored, and nothing of those that are',
    async (...given) => {
      const [cause, code] = given;
      await stop(cause);
      expect(await codesOf('upload')).toEqual([null, code, code, null]);
    },
  );

  it('tells what to do in a sentence that the client prints', async () => {
    await stop('human-verification');
    const { error } = await client.offer('upload', fresh);
    expect(error?.message).toMatch(/^Proton wants to see a human; storage needs an operator \(LFS-CAPTCHA\)\./);
  });

  it('gives what is hot as always, and hydrates nothing', async () => {
    await stop('abuse-block');
    world.database.outbox.length = 0;
    expect(await codesOf('download')).toEqual([null, 503, 404, 503]);
    expect(world.database.outbox).toEqual([]);
    const got = await client.get(await client.downloadOf(stored));
    expect(Buffer.from(await got.arrayBuffer()).equals(stored.bytes)).toBe(true);
  });

  it('is answered as always once the operator has acted', async () => {
    await stop('session');
    await world.resumeVault.execute('session', 'operator');
    await world.settle(staged);
    expect(await codesOf('upload')).toEqual([null, null, null, null]);
    expect(await codesOf('download')).toEqual([null, null, 404, null]);
    expect(world.database.outbox.map(({ queue }) => queue)).toContain('hydrate-object');
  });

  it('takes uploads of a repository that is content with a staged object', async () => {
    await stop('abuse-block');
    await world.repository('quick', 'staged');
    const quick = new LfsClient(gateway.port, (await world.issue()).value, 'acme/quick');
    const { upload } = await quick.uploadOf(fresh);
    expect((await quick.put(upload, fresh.bytes)).status).toBe(200);
    expect(await quick.offer('upload', fresh)).toEqual({ oid: fresh.oid, size: fresh.size });
  });
});

describe('a batch while the vault has an outage', () => {
  it('offers and gives as always', async () => {
    await world.settle(staged);
    await world.stopVault.execute({ cause: 'outage', detail: '503', until: new Date(0) });
    expect(await codesOf('upload')).toEqual([null, null, null, null]);
    expect(await codesOf('download')).toEqual([null, null, 404, null]);
  });
});
