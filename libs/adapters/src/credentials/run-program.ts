import { execFile } from 'node:child_process';
import { providerFailed } from './answer-sheet.js';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** Written to its standard input, which is closed then: a program that would ask a person gets nothing. */
  readonly input?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const TIMEOUT_MS = 60_000;
const OUTPUT_BYTES_MOST = 65_536;

/**
 * Runs a program without a shell and resolves with what it says on standard output. No secret is among its arguments, and
 * what it says on standard error goes nowhere. Throws ConfigurationError when it is not there, fails or takes a minute.
 */
export const runProgram = (source: string, { command, args, input, environment }: Program): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = {
      env: withoutOurs(environment),
      timeout: TIMEOUT_MS,
      maxBuffer: OUTPUT_BYTES_MOST,
      windowsHide: true,
    };
    const child = execFile(command, [...args], options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(providerFailed(source, whyOf(error)));
    });
    child.stdin?.on('error', () => undefined); // it may end without reading
    child.stdin?.end(input ?? '');
  });

/** Our own settings hold secrets that are none of another program's business. */
const withoutOurs = (environment: Program['environment']): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('BALLAST_')));

const whyOf = (error: { readonly code?: unknown; readonly killed?: boolean }): string => {
  if (error.killed === true) return 'the program did not end within a minute, or said too much';
  return typeof error.code === 'number' ? `the program ended with ${error.code}` : `the program: ${String(error.code)}`;
};
