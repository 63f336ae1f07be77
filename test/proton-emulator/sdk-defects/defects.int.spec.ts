import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NodeUid } from '#adapters/proton-drive/drive.js';
import { abandonedDraft, after, endless, pieces, read, Workplace } from './workplace.js';

const METADATA = { mediaType: 'x/y', expectedSize: 10 };
const CREATE = 'POST /drive/v2/volumes/:v/files';
const TYPESCRIPT = new URL('../../../libs/testing/src/processes/typescript.mjs', import.meta.url).pathname;
const PROGRAM = new URL('given-up-upload-main.ts', import.meta.url).pathname;

let place: Workplace;

beforeAll(async () => {
  place = await Workplace.open(1);
});
afterAll(() => place.close());
beforeEach(() => {
  place.emulator.control.noFaults();
  place.emulator.control.forgetCalls();
});

const givenUp = (guard: 'guarded' | 'bare') =>
  promisify(execFile)(
    process.execPath,
    [
      ...['--conditions=source', '--experimental-transform-types', '--no-warnings', '--import', TYPESCRIPT],
      ...[PROGRAM, place.emulator.url, guard],
    ],
    { timeout: 20_000 },
  );

const stream = (bytes: Buffer): ReadableStream => ReadableStream.from(pieces(bytes)) as ReadableStream;

describe('rejections that nobody awaits (docs/proton-sdk.md#stray-rejections)', () => {
  it('end a process in which the SDK is left to itself', async () => {
    const failure = (await givenUp('bare').catch((error: unknown) => error)) as { readonly stderr: string };
    expect(failure.stderr).toContain('drive-sdk');
    expect(failure.stderr).toContain('AbortError');
  }, 30_000);

  it('are swallowed: an upload is given up within a second, its draft removed, and the next goes through', async () => {
    const { stdout } = await givenUp('guarded');
    const told = JSON.parse(stdout) as { readonly ms: number; readonly strays: number };
    expect(told).toMatchObject({ code: 'attempt.deadline', drafts: 0, next: 'uploaded' });
    expect(told.ms).toBeLessThan(1_000);
    expect(told.strays).toBeGreaterThan(0);
  }, 30_000);
});

describe('streams that can be sought in never give back their place (docs/proton-sdk.md#seekable-streams)', () => {
  let node: NodeUid;
  beforeAll(async () => {
    node = await place.stored(place.content(100));
  });

  it('so that the sixth download of a client waits for ever', async () => {
    const client = place.plainClient();
    for (let number = 0; number < 5; number++) {
      const seekable = (await client.getFileDownloader(node)).getSeekableStream();
      await seekable.read(10);
      await expect(seekable.cancel()).rejects.toThrow('locked');
    }
    expect(await after(300, client.getFileDownloader(node))).toBe('waiting');
  });

  it('which our samples take back by themselves', async () => {
    for (let number = 0; number < 6; number++) await place.drive.sample(node, { start: 0, end: 10 }, endless);
    expect(place.telemetry).not.toContainEqual({ event: 'slotReplaced' });
  });
});

describe('an uploader that is never started (docs/proton-sdk.md#unstarted-uploaders)', () => {
  it('takes a place for good: five, and a client hangs', async () => {
    const client = place.plainClient();
    for (let number = 0; number < 5; number++) await client.getFileUploader(place.folder, `never ${number}`, METADATA);
    expect(await after(300, client.getFileUploader(place.folder, 'sixth', METADATA))).toBe('waiting');
  });

  it('has no counterpart here: given up at any point, six uploads leave the only slot free', async () => {
    place.emulator.control.fault({ route: CREATE, times: 6, does: { kind: 'hang' } });
    for (let number = 0; number < 6; number++) {
      const { file, bytes } = place.content(10);
      const upload = place.drive.upload(file, pieces(bytes), AbortSignal.timeout(60));
      expect(await after(1_000, upload)).toMatchObject({ name: 'TimeoutError' });
    }
    place.emulator.control.noFaults();
    await expect(place.stored(place.content(10))).resolves.toEqual(expect.any(String));
  });
});

describe('after an error the SDK keeps its lock on the stream it writes to, and tells it nothing (docs/proton-sdk.md#unended-streams)', () => {
  const tamper = () =>
    place.emulator.control.fault({
      route: 'GET /drive/v2/volumes/:v/files/:l/revisions/:r',
      times: 1,
      does: { kind: 'manifest', how: 'signature' },
    });

  it('so that its reader would wait for ever', async () => {
    const node = await place.stored(place.content(100));
    tamper();
    let ended = false;
    const end = (): void => void (ended = true);
    const writable = new WritableStream({ close: end, abort: end });
    const downloader = await place.plainClient().getFileDownloader(node);
    await expect(downloader.downloadToStream(writable).completion()).rejects.toMatchObject({ name: 'IntegrityError' });
    expect([writable.locked, ended]).toEqual([true, false]);
  });

  it('while our download fails once all bytes were given, and never tells their end', async () => {
    const { file, bytes } = place.content(100);
    const { node } = await place.drive.upload(file, pieces(bytes), endless);
    tamper();
    const given: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of place.drive.download(node, endless)) given.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'vault.corrupt' });
    expect(Buffer.concat(given).equals(bytes)).toBe(true);
  });
});

describe('two clients of one clientUid (docs/proton-sdk.md#shared-client-uids)', () => {
  it('take one another’s living draft for their own dead one, so that ours never share one', async () => {
    const [one, other] = [place.plainClient('shared'), place.plainClient('shared')];
    const { bytes, file } = place.content(10);
    const metadata = { mediaType: 'x/y', expectedSize: 10 };
    place.emulator.control.fault({ route: 'POST /storage/blocks/:b', times: 1, does: { kind: 'delay', ms: 1_500 } });
    const first = await (
      await one.getFileUploader(place.folder, file.name, metadata)
    ).uploadFromStream(stream(bytes), []);
    const failed = first.completion().catch((error: unknown) => error);
    while (place.calls(/blocks$/) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await (
      await other.getFileUploader(place.folder, file.name, metadata)
    ).uploadFromStream(stream(bytes), []);
    await second.completion();
    expect(await failed).toBeInstanceOf(Error);
  });
});

describe('a draft among the nodes (docs/proton-sdk.md#drafts-among-nodes)', () => {
  it('makes the SDK throw, and our descriptions leave it out', async () => {
    const node = await place.stored(place.content(10));
    await abandonedDraft(place, 'a draft');
    const draft = place.emulator.control.nodes().find(({ state }) => state === 'draft');
    const uid = `${draft?.volumeId}~${draft?.linkId}`;
    const all = async () => {
      const nodes = place.plainClient().iterateNodes([node, uid]);
      while (!(await nodes.next()).done);
    };
    await expect(all()).rejects.toMatchObject({ cause: expect.any(Array) });
    expect((await place.drive.describe([node, uid], endless)).map((facts) => facts.node)).toEqual([node]);
    await place.drive.remove([uid], endless);
  });
});

describe('a node that somebody else removed (docs/proton-sdk.md#stale-cache)', () => {
  it('is still there for the SDK’s cache, and gone for us', async () => {
    const content = place.content(10);
    const node = await place.stored(content);
    const client = place.plainClient();
    await client.getNode(node);
    await place.drive.describe([node], endless);
    await place.emulator.control.inWebApp(node.split('~')[1] ?? '', { act: 'delete' } as never);
    await expect(client.getNode(node)).resolves.toMatchObject({ ok: true });
    await expect(place.drive.describe([node], endless)).resolves.toEqual([]);
    await expect(read(place.drive.download(node, endless))).rejects.toMatchObject({ code: 'vault.absent' });
  });
});

describe('ten answers of 5xx (docs/proton-sdk.md#shut-clients)', () => {
  const outage = (times: number) =>
    place.emulator.control.fault({ route: CREATE, times, does: { kind: 'answer', status: 503, body: {} } });

  it('shut a client of the SDK for a minute, and not our Drive', async () => {
    const client = place.plainClient();
    const attempt = async (name: string) => {
      const uploader = await client.getFileUploader(place.folder, name, METADATA);
      return (await uploader.uploadFromStream(stream(Buffer.alloc(10)), [])).completion();
    };
    outage(10);
    for (let number = 0; number < 5; number++) await attempt(`shut ${number}`).catch(() => undefined);
    place.emulator.control.forgetCalls();
    await expect(attempt('refused unsent')).rejects.toMatchObject({ name: 'ServerError' });
    expect(place.calls(/\/files$/)).toBe(0);

    outage(10);
    for (let number = 0; number < 5; number++) {
      const { file, bytes } = place.content(10);
      await expect(place.drive.upload(file, pieces(bytes), endless)).rejects.toMatchObject({
        code: 'vault.unavailable',
      });
    }
    await expect(place.stored(place.content(10))).resolves.toEqual(expect.any(String));
  }, 40_000);
});
