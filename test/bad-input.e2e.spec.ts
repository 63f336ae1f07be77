import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { BatchAction, BatchResponse, LfsError } from '#contracts/lfs/batch.js';
import { LfsApi } from './harness/lfs-api.js';
import { eventually } from './harness/run.js';
import { Stack } from './harness/stack.js';

const object = (size: number) => {
  const bytes = randomBytes(size);
  return { bytes, oid: createHash('sha256').update(bytes).digest('hex'), size };
};

describe('bad input gets its exact error and leaves nothing behind', () => {
  const stack = new Stack();
  let api: LfsApi;
  let before = '';

  const offered = async (operation: string, { oid, size }: { oid: string; size: number }) => {
    const [answer] = await api.offered(operation, [{ oid, size }]);
    if (!answer?.actions) throw new Error(`nothing offered: ${JSON.stringify(answer)}`);
    return answer.actions as Readonly<Record<string, BatchAction>>;
  };

  /** Events, rows and files, as one text: equal texts mean that nothing was left. */
  const everything = async (): Promise<string> => {
    const rows = await stack.rows(
      `select (select count(*) from events) as events, (select count(*) from objects) as objects, (select count(*) from object_links) as links,
              (select count(*) from outbox) as messages`,
    );
    const files = readdirSync(stack.hotTier, { recursive: true }).filter((name) => /[0-9a-f]{64}/.test(String(name)));
    return JSON.stringify([rows, files.sort()]);
  };

  beforeAll(async () => {
    await stack.start();
    api = new LfsApi(`${stack.gatewayUrl}/acme/demo.git/info/lfs`, stack.token);
    before = await everything();
  }, 120_000);
  afterEach(async () => {
    await eventually('nothing is left', async () => expect(await everything()).toBe(before), 15_000);
  }, 20_000);
  afterAll(() => stack.dispose(), 120_000);

  it.each<[string, number, (sent: Buffer) => Buffer]>([
    ['a wrong hash', 400, (sent) => Buffer.concat([Buffer.from([(sent[0] ?? 0) ^ 1]), sent.subarray(1)])],
    ['too few bytes', 400, (sent) => sent.subarray(1)],
    ['too many bytes', 400, (sent) => Buffer.concat([sent, Buffer.from('x')])],
  ])('refuses a PUT with %s', async (_what, status, spoil) => {
    const sample = object(300_000);
    const { upload } = await offered('upload', sample);
    const answer = await LfsApi.upload(upload as BatchAction, new Uint8Array(spoil(sample.bytes)));
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/application\/vnd\.git-lfs\+json/);
    const body = (await answer.json()) as LfsError;
    expect(body.message).toContain(body.request_id);
  });

  it('drops what a client sent that hung up in the middle', async () => {
    const sample = object(4_000_000);
    const { upload } = await offered('upload', sample);
    const { href, header } = upload as BatchAction;
    await new Promise<void>((resolve) => {
      const sending = request(href, { method: 'PUT', headers: { ...header, 'content-length': sample.size } });
      sending.on('error', () => resolve());
      sending.on('close', () => resolve());
      sending.write(sample.bytes.subarray(0, 2_000_000), () => setTimeout(() => sending.destroy(), 200));
    });
  });

  it.each<[string, (header: Record<string, string>) => Record<string, string>]>([
    ['no action', () => ({})],
    [
      'a tampered action',
      (header) => ({ ...header, 'X-LFS-Action': `${(header['X-LFS-Action'] ?? '').slice(0, -2)}AA` }),
    ],
    ['a garbage action', (header) => ({ ...header, 'X-LFS-Action': 'garbage' })],
  ])('refuses a PUT with %s with 403 before it reads the body', async (_what, change) => {
    const sample = object(1_000);
    const { upload } = await offered('upload', sample);
    const { href, header } = upload as BatchAction;
    const answer = await fetch(href, {
      method: 'PUT',
      headers: change({ ...header }),
      body: new Uint8Array(sample.bytes),
    });
    expect(answer.status).toBe(403);
  });

  it('refuses an action for another object, operation or repository', async () => {
    const [one, other] = [object(1_000), object(1_000)];
    const first = await offered('upload', one);
    const second = await offered('upload', other);
    const put = first['upload'] as BatchAction;
    const swapped = await LfsApi.upload(
      { ...put, href: (second['upload'] as BatchAction).href },
      new Uint8Array(other.bytes),
    );
    expect(swapped.status).toBe(403);
    const elsewhere = await LfsApi.upload(
      { ...put, href: put.href.replace('/acme/demo', '/acme/other') },
      new Uint8Array(one.bytes),
    );
    expect([403, 404]).toContain(elsewhere.status);
    const asGet = await fetch(put.href, { headers: put.header });
    expect(asGet.status).toBe(403);
  });

  it.each<[string, unknown]>([
    ['upper case', 'A'.repeat(64)],
    ['traversal', '../../../../etc/passwd'],
    ['a NUL', `${'a'.repeat(63)}\0`],
    ['63 digits', 'a'.repeat(63)],
    ['no text', 7],
  ])('answers an oid with %s in its own place, 422, and the others as usual', async (_what, oid) => {
    const answer = await api.batch('upload', [
      { oid, size: 1 },
      { oid: 'b'.repeat(64), size: 1 },
    ]);
    expect(answer.status).toBe(200);
    const { objects } = (await answer.json()) as BatchResponse;
    expect(objects).toHaveLength(2);
    expect(objects[0]?.error?.code).toBe(422);
    expect(objects[1]?.actions?.upload).toBeDefined();
  });

  it.each<[string, string]>([
    ['negative', '-1'],
    ['fractional', '1.5'],
    ['of 2^53+1', '9007199254740993'],
    ['as text', '"1"'],
  ])('answers a size that is %s with 422 for that object', async (_what, size) => {
    const answer = await fetch(`${stack.gatewayUrl}/acme/demo.git/info/lfs/objects/batch`, {
      method: 'POST',
      headers: {
        'content-type': 'application/vnd.git-lfs+json',
        authorization: `Basic ${Buffer.from(`git:${stack.token}`).toString('base64')}`,
      },
      body: `{"operation":"upload","objects":[{"oid":"${'c'.repeat(64)}","size":${size}}]}`,
    });
    const { objects } = (await answer.json()) as BatchResponse;
    expect(objects[0]?.error?.code).toBe(422);
  });

  it('refuses batches that are too large, unknown or unreadable', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ oid: index.toString(16).padStart(64, '0'), size: 1 }));
    expect((await api.batch('upload', many(1_000))).status).toBe(200);
    expect((await api.batch('upload', many(1_001))).status).toBe(413);
    expect((await api.batch('destroy', many(1))).status).toBe(422);
    expect((await api.batch('upload', many(1), { hash_algo: 'sha512' })).status).toBe(409);
    expect(
      (await api.batch('upload', many(1), { padding: 'x'.repeat(10 * 1024 * 1024) }).catch(() => ({ status: 413 })))
        .status,
    ).toBe(413);
  });

  it('echoes an oid that is named twice, twice', async () => {
    const twice = { oid: 'd'.repeat(64), size: 1 };
    const { objects } = (await (await api.batch('upload', [twice, twice])).json()) as BatchResponse;
    expect(objects.map(({ oid }) => oid)).toEqual([twice.oid, twice.oid]);
  });

  it('asks for credentials once, and refuses wrong ones with 403, never with another 401', async () => {
    const url = `${stack.gatewayUrl}/acme/demo.git/info/lfs/objects/batch`;
    const body = JSON.stringify({ operation: 'download', objects: [] });
    const headers = { 'content-type': 'application/vnd.git-lfs+json' };
    const none = await fetch(url, { method: 'POST', headers, body });
    expect(none.status).toBe(401);
    expect(none.headers.get('lfs-authenticate')).toMatch(/^Basic/);
    const wrong = await fetch(url, {
      method: 'POST',
      headers: { ...headers, authorization: `Basic ${Buffer.from('git:wrong').toString('base64')}` },
      body,
    });
    expect(wrong.status).toBe(403);
  });

  it('does not open one repository with the token of another', async () => {
    expect((await stack.cli(['repository', 'create', 'acme/secret'])).code).toBe(0);
    const issued = await stack.cli([
      'token',
      'issue',
      '--name',
      'only-secret',
      '--repository',
      'acme/secret',
      '--json',
    ]);
    const [token = ''] = /blst_\w+/.exec(issued.stdout) ?? [];
    before = await everything();
    const answer = await new LfsApi(`${stack.gatewayUrl}/acme/demo.git/info/lfs`, token).batch('download', []);
    expect(answer.status).toBe(404);
  });
});

describe('the same object from twenty clients at once', () => {
  const stack = new Stack();
  beforeAll(() => stack.start(), 120_000);
  afterAll(() => stack.dispose(), 120_000);

  it('is taken from all, staged once and stored once; a replayed PUT is harmless', async () => {
    const api = new LfsApi(`${stack.gatewayUrl}/acme/demo.git/info/lfs`, stack.token);
    const sample = object(3_000_000);
    const pointer = { oid: sample.oid, size: sample.size };
    const offers = await Promise.all(
      Array.from({ length: 20 }, async () => (await api.offered('upload', [pointer]))[0]?.actions),
    );
    const answers = await Promise.all(
      offers.map((actions) => LfsApi.upload(actions?.upload as BatchAction, new Uint8Array(sample.bytes))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect((await LfsApi.verify(offers[0]?.verify as BatchAction, pointer)).status).toBe(200);
    expect((await LfsApi.upload(offers[0]?.upload as BatchAction, new Uint8Array(sample.bytes))).status).toBe(200);

    const rows = await stack.rows('select type from events where stream = $1 order by version', [
      `object-${sample.oid}`,
    ]);
    expect(rows).toEqual([{ type: 'ObjectStaged' }, { type: 'ObjectStored' }]);
    expect(readdirSync(join(stack.hotTier, 'incoming'))).toEqual([]);
  }, 60_000);
});
