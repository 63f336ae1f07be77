import { fileURLToPath } from 'node:url';
import type { SdkProgram } from '#adapters/proton-drive/pool/sdk-process.js';
import { SystemClock, SystemRandom } from '#adapters/system/system-clock.js';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** What lets a plain node run a program of ours from source. */
export const SOURCE_ARGS = [
  '--conditions=source',
  '--experimental-transform-types',
  '--no-warnings',
  '--import',
  here('../processes/typescript.mjs'),
] as const;

/** A process that answers as one of the SDK, over a Drive in memory. */
export const memoryDriveProgram: SdkProgram = { file: here('./memory-drive-main.ts'), nodeArgs: SOURCE_ARGS };

/** The real program of the SDK, from source. */
export const sdkProgram: SdkProgram = {
  file: here('../../../adapters/src/proton-drive/pool/sdk-process-main.ts'),
  nodeArgs: SOURCE_ARGS,
};

/** For what is about processes: their time cannot be moved. */
export const realTime = { clock: new SystemClock(), random: new SystemRandom() };
