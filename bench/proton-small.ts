import { join } from 'node:path';
import { writeRandomFile } from '../test/harness/client.js';
import { ProtonDrill } from '../test/harness/proton-drill.js';
import type { Finding } from './bench.js';

const FILES = 2_000;
const SIZE_BYTES = 16 * 1024;

/** A push of many small objects through the whole pipe into Proton: API calls an object, and time at two latencies. */
export const benchProtonSmall = async (): Promise<readonly Finding[]> => {
  const findings: Finding[] = [];
  for (const latencyMs of [0, 60]) findings.push(await pushed(latencyMs));
  return findings;
};

const pushed = async (latencyMs: number): Promise<Finding> => {
  const proton = await ProtonDrill.start({
    failpoints: false,
    // What is measured is Ballast and the wire format, not the budget that an operator sets.
    environment: { BALLAST_PROTON_REQUESTS_PER_SECOND: '10000' },
  });
  try {
    const { client, stack } = proton.drill;
    const copy = await client.workingCopy('small', stack.lfsUrl());
    for (let index = 0; index < FILES; index += 1) writeRandomFile(join(copy, 'small', `${index}.bin`), SIZE_BYTES);
    await client.commit(copy, 'small');
    await proton.emulator.turn({ latencyMs });
    const since = await proton.emulator.mark();
    const begun = performance.now();
    const { code, stderr } = await client.push(copy, 'main', 1_800_000);
    if (code !== 0) throw new Error(stderr);
    const seconds = (performance.now() - begun) / 1000;
    const calls = (await proton.emulator.calls(since)).map(({ route }) => route);
    return {
      what: `${FILES} x ${SIZE_BYTES / 1024} KiB into Proton, ${latencyMs} ms a call: git push`,
      measured: `${seconds.toFixed(1)} s, ${(calls.length / FILES).toFixed(2)} calls an object`,
      notes: byRoute(calls),
    };
  } finally {
    await proton.dispose();
  }
};

const byRoute = (calls: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const route of calls) counts.set(route, (counts.get(route) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([route, count]) => `${(count / FILES).toFixed(3)} an object: \`${route}\``)
    .join('\n\n');
};
