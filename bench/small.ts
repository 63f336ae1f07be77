import { join } from 'node:path';
import { Client, writeRandomFile } from '../test/harness/client.js';
import type { ServiceName } from '../test/harness/stack.js';
import { Bench, MiB, type Finding } from './bench.js';

const SERVICES: readonly ServiceName[] = ['gateway', 'worker', 'reconciler'];

/** Real pushes and clones of many objects, with what each part of the system spent its time on. */
export const benchSmall = async (bench: Bench): Promise<readonly Finding[]> => {
  const client = await new Client(bench.directory).prepare();
  return [
    ...(await pushAndClone(bench, client, { name: 'small', count: 2_000, sizeBytes: 16 * 1024 })),
    ...(await pushAndClone(bench, client, { name: 'medium', count: 200, sizeBytes: MiB })),
  ];
};

interface Load {
  readonly name: string;
  readonly count: number;
  readonly sizeBytes: number;
}

const pushAndClone = async (
  bench: Bench,
  client: Client,
  { name, count, sizeBytes }: Load,
): Promise<readonly Finding[]> => {
  const copy = await client.workingCopy(name, bench.stack.lfsUrl());
  for (let index = 0; index < count; index += 1) writeRandomFile(join(copy, name, `${index}.bin`), sizeBytes);
  await client.commit(copy, name);
  const what = `${count} x ${sizeBytes / 1024} KiB`;
  const push = await observed(bench, async () => {
    const { code, stderr } = await client.push(copy, 'main');
    if (code !== 0) throw new Error(stderr);
  });
  const clone = await observed(bench, async () => {
    const { result } = await client.clone(`${name}-clone`, bench.stack.lfsUrl());
    if (result.code !== 0) throw new Error(result.stderr);
  });
  const each = (seconds: number): string => `${((seconds / count) * 1000).toFixed(1)} ms an object`;
  return [
    { what: `${what}: git push`, measured: `${push.seconds.toFixed(1)} s, ${each(push.seconds)}`, notes: push.profile },
    {
      what: `${what}: git clone`,
      measured: `${clone.seconds.toFixed(1)} s, ${each(clone.seconds)}`,
      notes: clone.profile,
    },
  ];
};

/** Wall time of work, CPU time by process, and the sums of our own histograms over it. */
const observed = async (bench: Bench, work: () => Promise<void>): Promise<{ seconds: number; profile: string }> => {
  const before = { cpu: cpu(bench), sums: await sums(bench) };
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  const after = { cpu: cpu(bench), sums: await sums(bench) };
  const spent = SERVICES.map(
    (service) => `${service} ${((after.cpu[service] ?? 0) - (before.cpu[service] ?? 0)).toFixed(1)} s`,
  );
  const timers = [...after.sums]
    .map(([key, sum]) => [key, sum - (before.sums.get(key) ?? 0)] as const)
    .filter(([, sum]) => sum > 0.05)
    .sort(([, a], [, b]) => b - a)
    .map(([key, sum]) => `| ${key} | ${sum.toFixed(1)} |`);
  const table = ['| our own timers (summed over concurrent requests) | seconds |', '|---|---|', ...timers].join('\n');
  return {
    seconds,
    profile: `Wall ${seconds.toFixed(1)} s. CPU: ${spent.join(', ')}; the rest is the client, git and PostgreSQL.\n\n${table}`,
  };
};

const cpu = (bench: Bench): Readonly<Record<string, number>> =>
  Object.fromEntries(SERVICES.map((service) => [service, Bench.cpuSeconds(bench.stack.pid(service))]));

const sums = async (bench: Bench): Promise<Map<string, number>> => {
  const found = new Map<string, number>();
  for (const service of SERVICES) {
    const text = await (await fetch(`${bench.stack.operationsUrl(service)}/metrics`)).text();
    for (const [, name = '', labels = '', value = ''] of text.matchAll(
      /^ballast_(\w+_seconds)_sum(\{[^}]*\})? ([\d.e+-]+)$/gm,
    )) {
      found.set(`${service} ${name}${labels}`, Number(value));
    }
  }
  return found;
};
