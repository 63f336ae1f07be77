import { Bench, GiB, median, timed, type Finding } from './bench.js';

/** Enough that a busy moment of the machine does not decide. */
const ROUNDS = 9;

/** 1 GiB PUT against the time that `openssl dgst -sha256` needs for the same file: hashing is the physical limit. */
export const benchPut = async (bench: Bench): Promise<readonly Finding[]> => {
  const path = bench.file('object', GiB);
  const puts: number[] = [];
  const hashes: number[] = [];
  await bench.put(path, GiB);
  await bench.allStored();
  for (let round = 0; round < ROUNDS; round += 1) {
    Bench.renew(path);
    hashes.push(await timed('openssl', ['dgst', '-sha256', path]));
    puts.push(await bench.put(path, GiB));
    await bench.allStored();
  }
  const ratio = median(puts) / median(hashes);
  const notes = `PUT ${puts.map((s) => s.toFixed(2)).join(', ')} s; openssl ${hashes.map((s) => s.toFixed(2)).join(', ')} s, alternating.`;
  return [
    {
      what: '1 GiB PUT',
      measured: `${median(puts).toFixed(2)} s`,
      anchor: `openssl dgst -sha256: ${median(hashes).toFixed(2)} s`,
      ratio,
      target: '<= 1.6',
      met: ratio <= 1.6,
      notes,
    },
  ];
};
