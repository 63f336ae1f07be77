import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskHotTier } from '#adapters/staging/disk-hot-tier.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { BatchAction } from '#contracts/lfs/batch.js';
import type { GatewayWorld } from '#testing/gateway/gateway-world.js';
import type { LfsClient } from '#testing/gateway/lfs-client.js';
import { serveWorld } from '#testing/gateway/serve-world.js';
import { chunked, sampleObject } from '#testing/memory/memory-world.js';
import { poured } from '#testing/memory/poured.js';
import { edgeSettings } from '../edge-settings.js';
import { startGateway, type Gateway } from '../gateway.js';

const object = sampleObject(3_000_000);
const small = sampleObject(1000, 2);
const never = new AbortController().signal;

let directory: string;
let world: GatewayWorld;
let hotTier: DiskHotTier;
let gateway: Gateway;
let client: LfsClient;
let download: BatchAction;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ballast-gateway-'));
  hotTier = await DiskHotTier.at(
    { hotTierDirectory: directory, hotTierCapacityBytes: 1e9, hotTierFreeFloorBytes: 0 },
    { pinnedBytes: async () => 0 },
  );
  const start: typeof startGateway = (ports, ...rest) =>
    startGateway({ ...ports, hotTier, clock: new SystemClock() }, ...rest);
  const served = await serveWorld({ settings: edgeSettings, start }, { BALLAST_NO_PROGRESS_TIMEOUT: '2s' });
  ({ world, gateway, client } = served);
  for (const each of [object, small]) {
    await world.hold(served.repository, each);
    await world.settle(each);
  }
  download = await client.downloadOf(object);
});
afterEach(async () => {
  await gateway.stop();
  await rm(directory, { recursive: true, force: true });
});

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

/** A vault that gives a little at a time, for as long as the spec wants. */
const slowly = async function* (bytes: Uint8Array, beforeLast: () => Promise<void> = async () => undefined) {
  const half = Math.floor(bytes.length / 2);
  yield bytes.subarray(0, half);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await beforeLast();
  yield bytes.subarray(half);
};

describe('a hot object', () => {
  beforeEach(async () => {
    await hotTier.receive(object, poured(chunked(object.bytes)), never);
  });

  it('comes whole, as an attachment that nothing may sniff, frame or keep', async () => {
    const response = await client.get(download);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(object.size),
      'content-disposition': 'attachment',
      'accept-ranges': 'bytes',
      etag: `"${object.oid}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'",
      'cache-control': 'private, no-store',
    });
    expect((await bytesOf(response)).equals(object.bytes)).toBe(true);
  });

  it('comes in part, so that a download goes on where it was cut', async () => {
    const rest = await client.get(download, { range: `bytes=1000000-${object.size - 1}` });
    expect([rest.status, rest.headers.get('content-range')]).toEqual([206, `bytes 1000000-2999999/3000000`]);
    expect((await bytesOf(rest)).equals(object.bytes.subarray(1_000_000))).toBe(true);
    const end = await client.get(download, { range: 'bytes=-5' });
    expect((await bytesOf(end)).equals(object.bytes.subarray(-5))).toBe(true);
    const several = await client.get(download, { range: 'bytes=0-1,4-5' });
    expect([several.status, (await bytesOf(several)).length]).toEqual([200, object.size]);
    const beyond = await client.get(download, { range: 'bytes=3000000-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */3000000']);
  });

  it('is not sent to those who have it or who only ask', async () => {
    const known = await client.get(download, { 'if-none-match': `"${object.oid}"` });
    expect([known.status, (await bytesOf(known)).length]).toEqual([304, 0]);
    const asked = await client.get(download, {}, 'HEAD');
    expect([asked.status, asked.headers.get('content-length'), (await bytesOf(asked)).length]).toEqual([
      200,
      '3000000',
      0,
    ]);
  });

  it('is read to the end even when it is evicted meanwhile', async () => {
    const response = await client.get(download);
    await hotTier.evict(object.oid);
    expect((await bytesOf(response)).equals(object.bytes)).toBe(true);
  });
});

describe('a cold object', () => {
  it('sends its headers at once and its bytes as they are hydrated', async () => {
    const response = await client.get(download);
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '3000000']);
    expect(world.database.outbox.some(({ queue }) => queue === 'hydrate-object')).toBe(true);
    await hotTier.fill(object, slowly(object.bytes), never);
    expect((await bytesOf(response)).equals(object.bytes)).toBe(true);
  });

  it('comes from its beginning whatever part was asked for', async () => {
    const asked = client.get(download, { range: 'bytes=1000-' });
    await hotTier.fill(object, slowly(object.bytes), never);
    const response = await asked;
    expect([response.status, (await bytesOf(response)).equals(object.bytes)]).toEqual([200, true]);
  });

  it('is never complete when what came from the vault is wrong', async () => {
    const wrong = Uint8Array.from(object.bytes, (byte, at) => (at === 2_999_999 ? byte ^ 1 : byte));
    const response = await client.get(download);
    const hydration = hotTier.fill(object, slowly(wrong), never).catch(() => 'refused');
    await expect(bytesOf(response)).rejects.toThrow();
    expect(await hydration).toBe('refused');
  });

  it('of a few bytes is either right or not there at all', async () => {
    const action = await client.downloadOf(small);
    const response = await client.get(action);
    await hotTier.fill(small, slowly(Uint8Array.from(small.bytes, (byte) => byte ^ 1)), never).catch(() => undefined);
    await expect(bytesOf(response)).rejects.toThrow();
    const again = await client.get(action);
    await hotTier.fill(small, slowly(small.bytes), never);
    expect((await bytesOf(again)).equals(small.bytes)).toBe(true);
  });

  it('goes on with the next attempt when one dies', async () => {
    const response = await client.get(download);
    const dying = slowly(object.bytes, () => Promise.reject(new Error('the worker died')));
    await hotTier.fill(object, dying, never).catch(() => undefined);
    await hotTier.fill(object, slowly(object.bytes), never);
    expect((await bytesOf(response)).equals(object.bytes)).toBe(true);
  });

  it('breaks off when nobody hydrates it', async () => {
    await expect(bytesOf(await client.get(download))).rejects.toThrow();
  });
});
