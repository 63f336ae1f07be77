import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { withoutCredentials, type Logger } from '#platform/logger.js';

const LINE_MAX = 2_000;
const LINES_A_SECOND = 50;

/** Passes what a child process prints to the log, cut and without credentials; more than 50 lines a second are dropped. */
export const logOutput = (stream: Readable | null, log: (fields: object, text: string) => void): void => {
  if (stream === null) return;
  let second = 0;
  let lines = 0;
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
    const now = Math.floor(Date.now() / 1_000);
    lines = now === second ? lines + 1 : 1;
    second = now;
    if (lines > LINES_A_SECOND) return;
    log({ line: withoutCredentials(line.slice(0, LINE_MAX)) }, 'said by a process of the Proton Drive SDK');
  });
};

/** Both streams of a child: what it says on standard error is a warning. */
export const logProcess = (
  { stdout, stderr }: { readonly stdout: Readable | null; readonly stderr: Readable | null },
  logger: Logger,
): void => {
  logOutput(stdout, (fields, text) => logger.debug(fields, text));
  logOutput(stderr, (fields, text) => logger.warn(fields, text));
};
