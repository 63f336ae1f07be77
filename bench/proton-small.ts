import { createHash, randomFillSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROL_PREFIX } from '../test/proton-emulator/contract.js';
import { ProtonDrill } from '../test/harness/proton-drill.js';
import type { Finding } from './bench.js';

const SIZE_BYTES = 16 * 1024;
const FILES = 2_000;
/** Into an empty vault with latency: enough to count by, since most of the time goes into folders. */
const FEW_FILES = 500;
const LATENCY_MS = 60;
/** What is measured is Ballast and the wire format, not the budget that an operator sets: by default 50. */
const REQUESTS_PER_SECOND = 10_000;
const PUSH_MS = 1_800_000;

/** What calls are for. Routes as the emulator's recorder names them. */
const KINDS: Readonly<Record<string, string>> = {
  'POST /drive/v2/volumes/:v/files': 'upload',
  'GET /drive/v2/volumes/:v/links/:l/revisions/:r/verification': 'upload',
  'POST /drive/blocks': 'upload',
  'POST /storage/blocks/:b': 'upload',
  'PUT /drive/v2/volumes/:v/files/:l/revisions/:r': 'upload',
  'POST /drive/v2/volumes/:v/folders': 'folders',
  'POST /drive/v2/volumes/:v/links': 'links',
};

/**
 * Pushes of many small objects through the whole pipe into Proton: calls an object by what they are for, and time at two
 * latencies, into an empty vault and into folders that are there.
 */
export const benchProtonSmall = async (): Promise<readonly Finding[]> => [
  ...(await inVault(async (vault) => [
    await vault.push({ name: 'empty vault', files: FILES, latencyMs: 0 }),
    await vault.push({ name: 'folders that are there', files: FILES, latencyMs: 0 }),
    await vault.push({ name: 'folders that are there', files: FILES, latencyMs: LATENCY_MS }),
  ])),
  ...(await inVault(async (vault) => [
    await vault.push({ name: 'empty vault', files: FEW_FILES, latencyMs: LATENCY_MS }),
  ])),
];

interface Phase {
  readonly name: string;
  readonly files: number;
  readonly latencyMs: number;
}

const inVault = async (work: (vault: PushedVault) => Promise<Finding[]>): Promise<readonly Finding[]> => {
  const proton = await ProtonDrill.start({
    failpoints: false,
    environment: { BALLAST_PROTON_REQUESTS_PER_SECOND: String(REQUESTS_PER_SECOND) },
  });
  try {
    const { client, stack } = proton.drill;
    return await work(new PushedVault(proton, await client.workingCopy('small', stack.lfsUrl())));
  } finally {
    await proton.dispose();
  }
};

/** One vault that is pushed into again and again: the first push meets no folder, later ones choose what has its place in one. */
class PushedVault {
  private readonly contents = new SmallContents();
  private pushes = 0;

  constructor(
    private readonly proton: ProtonDrill,
    private readonly copy: string,
  ) {}

  async push({ name, files, latencyMs }: Phase): Promise<Finding> {
    const { client } = this.proton.drill;
    const directory = join(this.copy, `push-${(this.pushes += 1)}`);
    mkdirSync(directory);
    for (let index = 0; index < files; index += 1)
      writeFileSync(join(directory, `${index}.bin`), this.contents.next(this.pushes > 1));
    this.contents.settle();
    await client.commit(this.copy, name);
    await this.proton.emulator.turn({ latencyMs });
    await this.proton.emulator.forgetCalls();
    const begun = performance.now();
    const { code, stderr } = await client.push(this.copy, 'main', PUSH_MS);
    if (code !== 0) throw new Error(stderr);
    const seconds = (performance.now() - begun) / 1000;
    const calls = (await this.proton.emulator.calls()).flatMap(({ route }) => (isControl(route) ? [] : [route]));
    const each = (count: number): string => (count / files).toFixed(2);
    return {
      what: `${files} x ${SIZE_BYTES / 1024} KiB into Proton, ${name}, ${latencyMs} ms a call: git push`,
      measured: `${seconds.toFixed(1)} s, ${(files / seconds).toFixed(1)} objects/s, ${each(calls.length)} calls an object (${byKind(calls, each)})`,
      notes: `With a budget of ${REQUESTS_PER_SECOND} requests/s.\n\n${byRoute(calls, files)}`,
    };
  }
}

/** Random contents, all different; on demand only those whose place is a folder that an earlier one has. */
class SmallContents {
  private readonly bytes = randomFillSync(Buffer.alloc(SIZE_BYTES));
  private readonly known = new Set<string>();
  private readonly fresh = new Set<string>();
  private count = 0;

  next(inKnownFolder: boolean): Buffer {
    for (;;) {
      this.bytes.writeUInt32BE((this.count += 1));
      const folder = createHash('sha256').update(this.bytes).digest('hex').slice(0, 4);
      if (inKnownFolder && !this.known.has(folder)) continue;
      this.fresh.add(folder);
      return Buffer.from(this.bytes);
    }
  }

  /** What was given so far will have been stored. */
  settle(): void {
    for (const folder of this.fresh) this.known.add(folder);
    this.fresh.clear();
  }
}

/** Whoever watches the emulator while this runs is no part of it. */
const isControl = (route: string): boolean => route.includes(` ${CONTROL_PREFIX}/`);

const byKind = (calls: readonly string[], each: (count: number) => string): string => {
  const counts = new Map(['upload', 'folders', 'links', 'other'].map((kind) => [kind, 0]));
  for (const route of calls) {
    const kind = KINDS[route] ?? 'other';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ${each(count)}`).join(', ');
};

const byRoute = (calls: readonly string[], files: number): string => {
  const counts = new Map<string, number>();
  for (const route of calls) counts.set(route, (counts.get(route) ?? 0) + 1);
  const rows = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([route, count]) => `| \`${route}\` | ${count} | ${(count / files).toFixed(3)} |`);
  return ['| call | times | an object |', '| --- | --- | --- |', ...rows].join('\n');
};
