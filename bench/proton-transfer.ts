import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Emulator } from '../test/harness/emulator.js';
import type { Finding } from './bench.js';
import type { TransferCase, TransferResult } from './proton-subject.js';

const MiB = 2 ** 20;

const CASES: readonly TransferCase[] = [
  { sizeBytes: MiB, atOnce: 1, files: 12 },
  { sizeBytes: MiB, atOnce: 4, files: 32 },
  { sizeBytes: 16 * MiB, atOnce: 1, files: 4 },
  { sizeBytes: 16 * MiB, atOnce: 4, files: 8 },
  { sizeBytes: 256 * MiB, atOnce: 1, files: 1 },
  { sizeBytes: 256 * MiB, atOnce: 4, files: 4 },
];

/**
 * Ballast's SDK processes beside the SDK as it comes, in one run, against the emulator in a process of its own on the same
 * cores: case by case, so that both meet the same neighbours.
 */
export const benchProtonTransfer = async (): Promise<readonly Finding[]> => {
  const emulator = await new Emulator().start();
  try {
    const findings: Finding[] = [];
    let peak = 0;
    for (const one of CASES) {
      const plain = await run('plain', emulator.url, one);
      const ballast = await run('ballast', emulator.url, one);
      peak = Math.max(peak, ballast.peakBytes);
      findings.push(...compared(one, plain, ballast));
    }
    return [...findings, memory(peak)];
  } finally {
    await emulator.stop();
  }
};

const run = async (kind: 'plain' | 'ballast', url: string, one: TransferCase): Promise<TransferResult> => {
  const file = join(import.meta.dirname, 'proton-subject.js');
  const processes = String(availableParallelism());
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [file, kind, url, JSON.stringify([one]), processes, '2'],
    { timeout: 600_000 },
  );
  return JSON.parse(stdout) as TransferResult;
};

const compared = (one: TransferCase, plain: TransferResult, ballast: TransferResult): readonly Finding[] => {
  const what = `${one.sizeBytes / MiB} MiB, ${one.atOnce} at once`;
  const rate = (seconds: number): string => `${((one.sizeBytes * one.files) / MiB / seconds).toFixed(1)} MiB/s`;
  const upload = plain.uploadSeconds / ballast.uploadSeconds;
  const isTarget = one.sizeBytes === 256 * MiB && one.atOnce === 4;
  return [
    {
      what: `Proton upload, ${what}`,
      measured: rate(ballast.uploadSeconds),
      anchor: `plain SDK ${rate(plain.uploadSeconds)}`,
      ratio: upload,
      ...(isTarget ? { target: '>= 2', met: upload >= 2 } : {}),
    },
    {
      what: `Proton download, ${what}`,
      measured: rate(ballast.downloadSeconds),
      anchor: `plain SDK ${rate(plain.downloadSeconds)}`,
      ratio: plain.downloadSeconds / ballast.downloadSeconds,
    },
  ];
};

const memory = (peakBytes: number): Finding => ({
  what: 'Most memory of one SDK process',
  measured: `${Math.round(peakBytes / MiB)} MiB`,
  target: '< 400 MB',
  met: peakBytes < 400e6,
});
