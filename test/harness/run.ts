import { spawn, type SpawnOptions } from 'node:child_process';
import type { Writable } from 'node:stream';

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a person types, each once what is asked for has appeared after what was typed before. */
export type Typing = readonly (readonly [seen: RegExp, typed: string])[];

export interface RunOptions extends SpawnOptions {
  readonly timeoutMs?: number;
  readonly input?: string;
  /** In place of `input`; the end of the input then comes with the end of the program. */
  readonly typing?: Typing;
  /** Told everything said so far, on either stream, whenever more is said. */
  readonly listen?: (said: string) => void;
}

/** Runs a program to its end; never throws for its exit code. Killed after `timeoutMs`. */
export const run = (
  command: string,
  args: readonly string[],
  { timeoutMs = 120_000, input, typing, listen, ...options }: RunOptions = {},
): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    const type = typing && typist(typing, child.stdin);
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      listen?.(stdout + stderr);
      type?.(stdout);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      listen?.(stdout + stderr);
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
    child.stdin.on('error', () => undefined);
    if (type === undefined) child.stdin.end(input);
  });

const TYPING_MS = 100;

const typist = (typing: Typing, keyboard: Writable): ((shown: string) => void) => {
  const left = [...typing];
  let read = 0;
  return (shown) => {
    const [next] = left;
    if (next === undefined || !next[0].test(shown.slice(read))) return;
    read = shown.length;
    left.shift();
    setTimeout(() => keyboard.write(next[1]), TYPING_MS);
  };
};

/** Waits until `check` gives a value, trying every 100 ms; throws the last reason after `timeoutMs`. */
export const eventually = async <T>(what: string, check: () => Promise<T> | T, timeoutMs = 60_000): Promise<T> => {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
};
