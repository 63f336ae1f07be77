import type { ServiceName } from '../test/harness/stack.js';
import { GiB, MiB, type Bench, type Finding } from './bench.js';

const CLIENTS = 8;
const GROWTH_MAX = 150 * MiB;
const SERVICES: readonly ServiceName[] = ['gateway', 'worker', 'reconciler'];

/** Resident memory of every service while eight clients push 1 GiB each. */
export const benchMemory = async (bench: Bench): Promise<readonly Finding[]> => {
  const warm = bench.file('warm', 64 * MiB);
  await bench.put(warm, 64 * MiB);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const files = Array.from({ length: CLIENTS }, (_, index) => bench.file(`object-${index}`, GiB));
  const before = new Map(SERVICES.map((service) => [service, bench.rssBytes(service)]));
  const most = new Map(before);
  const sample = setInterval(() => {
    for (const service of SERVICES) most.set(service, Math.max(most.get(service) ?? 0, bench.rssBytes(service)));
  }, 200);
  await Promise.all(files.map((path) => bench.put(path, GiB)));
  await bench.allStored();
  clearInterval(sample);
  return SERVICES.map((service) => {
    const growth = (most.get(service) ?? 0) - (before.get(service) ?? 0);
    return {
      what: `RSS growth of ${service}, ${CLIENTS} clients pushing 1 GiB each`,
      measured: `${(growth / MiB).toFixed(0)} MiB (${((before.get(service) ?? 0) / MiB).toFixed(0)} to ${((most.get(service) ?? 0) / MiB).toFixed(0)})`,
      target: '< 150 MB',
      met: growth < GROWTH_MAX,
    };
  });
};
