/**
 * One side of the Proton benchmark in a process of its own: the plain SDK, or Ballast's SDK processes as a worker keeps them.
 * Reads nothing but its arguments, writes one JSON line a case.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { pino } from 'pino';
import { SystemClock, SystemRandom } from '#adapters/system/system-clock.js';
import type { Bytes } from '#application/ports/blob-store.js';
import { parseOid, type Sha1 } from '#domain/oid.js';
import { keptDrives } from '#adapters/proton-drive/kept-drives.js';
import { SdkProcess } from '#adapters/proton-drive/pool/sdk-process.js';
import { APP_VERSION, forkLogin, type PlainSession } from '../test/proton-emulator/drive/fork-login.js';
import { plainSdk } from '../test/proton-emulator/drive/sdk-client.js';
import { collected, uidOf } from '../test/proton-emulator/drive/sdk-transfers.js';

const MiB = 2 ** 20;
const SLAB = randomBytes(4 * MiB);

export interface TransferCase {
  readonly sizeBytes: number;
  readonly atOnce: number;
  readonly files: number;
}

export interface TransferResult extends TransferCase {
  readonly uploadSeconds: number;
  readonly downloadSeconds: number;
  /** Most memory that one process with an SDK in it has had so far. */
  readonly peakBytes: number;
}

interface Subject {
  upload(name: string, sizeBytes: number): Promise<string>;
  /** Bytes that came. */
  download(node: string): Promise<number>;
  remove(nodes: readonly string[]): Promise<void>;
  peakBytes(): number;
}

const live = (): AbortSignal => new AbortController().signal;

const bytesOf = function* (sizeBytes: number, step: number): Generator<Uint8Array> {
  for (let sent = 0; sent < sizeBytes; sent += step) {
    const from = sent % SLAB.length;
    yield SLAB.subarray(from, from + Math.min(step, sizeBytes - sent));
  }
};

const sha1s = new Map<number, Sha1>();

/** Known before an upload begins, as it is of an object in the hot tier. */
const sha1Of = (sizeBytes: number): Sha1 => {
  const known = sha1s.get(sizeBytes);
  if (known !== undefined) return known;
  const hash = createHash('sha1');
  for (const part of bytesOf(sizeBytes, MiB)) hash.update(part);
  const sha1 = hash.digest('hex') as Sha1;
  sha1s.set(sizeBytes, sha1);
  return sha1;
};

const plain = async (session: PlainSession): Promise<Subject> => {
  const client = await plainSdk(session, { clientUid: 'bench' });
  const root = uidOf(await client.getMyFilesRootFolder());
  return {
    upload: async (name, sizeBytes) => {
      const uploader = await client.getFileUploader(root, name, {
        mediaType: 'application/octet-stream',
        expectedSize: sizeBytes,
        expectedSha1: sha1Of(sizeBytes),
      });
      const parts = bytesOf(sizeBytes, MiB);
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          const next = parts.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        },
      });
      const { nodeUid } = await (await uploader.uploadFromStream(stream, [])).completion();
      return nodeUid;
    },
    download: async (node) => {
      let bytes = 0;
      const sink = new WritableStream<Uint8Array>({ write: (chunk) => void (bytes += chunk.length) });
      await (await client.getFileDownloader(node)).downloadToStream(sink).completion();
      return bytes;
    },
    remove: async (nodes) => {
      await collected(client.trashNodes([...nodes]));
      await collected(client.deleteNodes([...nodes]));
    },
    peakBytes: () => process.resourceUsage().maxRSS * 1024,
  };
};

const ballast = async (session: PlainSession, processes: number, transfersMax: number): Promise<Subject> => {
  const logger = pino({ level: 'silent' });
  const host = {
    permit: () => Promise.resolve(),
    observed: () => Promise.resolve(),
    tokens: () => Promise.resolve({ uid: session.uid, accessToken: session.accessToken }),
    keyPassword: () => Promise.resolve(session.keyPassword),
  };
  let slot = 0;
  const { drive } = keptDrives(
    { processes, transfersMax },
    {
      clock: new SystemClock(),
      random: new SystemRandom(),
      logger,
      start: () =>
        SdkProcess.start(
          {
            baseUrl: session.url,
            development: true,
            appVersion: APP_VERSION,
            transfersMax,
            debug: false,
            clientUidPrefix: `bench-${slot++}`,
          },
          { host, logger, listeners: { telemetry: () => undefined, debugLine: () => undefined } },
        ),
    },
  );
  const root = await drive.root(live());
  const source = async function* (sizeBytes: number): Bytes {
    yield* bytesOf(sizeBytes, 256 * 1024);
  };
  return {
    upload: async (name, size) => {
      const oid = parseOid(createHash('sha256').update(name).digest('hex'));
      const file = { parent: root, name, mark: { v: 1, oid, size }, sha1: sha1Of(size) } as const;
      return (await drive.upload(file, source(size), live())).node;
    },
    download: async (node) => {
      let bytes = 0;
      for await (const chunk of drive.download(node, live())) bytes += chunk.length;
      return bytes;
    },
    remove: (nodes) => drive.remove(nodes, live()),
    peakBytes: () => Math.max(...childrenOf(process.pid).map(peakOf)),
  };
};

const childrenOf = (pid: number): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => statusOf(one).includes(`PPid:\t${pid}\n`));

const statusOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
};

const peakOf = (pid: number): number => Number(/VmHWM:\s+(\d+) kB/.exec(statusOf(pid))?.[1] ?? 0) * 1024;

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
};

/** Runs work for every item, a given number at once. */
const spread = async <T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
};

const measure = async (subject: Subject, { sizeBytes, atOnce, files }: TransferCase): Promise<TransferResult> => {
  const names = Array.from({ length: files }, (_, index) => `${sizeBytes}-${atOnce}-${index}-${process.pid}`);
  let nodes: string[] = [];
  sha1Of(sizeBytes);
  const uploadSeconds = await seconds(async () => {
    nodes = await spread(names, atOnce, (name) => subject.upload(name, sizeBytes));
  });
  const downloadSeconds = await seconds(async () => {
    const counts = await spread(nodes, atOnce, (node) => subject.download(node));
    if (counts.some((bytes) => bytes !== sizeBytes)) throw new Error('a download is not whole');
  });
  await subject.remove(nodes);
  return { sizeBytes, atOnce, files, uploadSeconds, downloadSeconds, peakBytes: subject.peakBytes() };
};

const [kind, url = '', cases = '[]', processes = '2', transfersMax = '2'] = process.argv.slice(2);
const session = await forkLogin(url);
const subject =
  kind === 'plain' ? await plain(session) : await ballast(session, Number(processes), Number(transfersMax));
for (const one of JSON.parse(cases) as TransferCase[]) console.log(JSON.stringify(await measure(subject, one)));
process.exit(0);
