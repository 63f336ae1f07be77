import { spawn, type SpawnOptions } from 'node:child_process';

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions extends SpawnOptions {
  readonly timeoutMs?: number;
  readonly input?: string;
  /** Told everything said so far, on either stream, whenever more is said. */
  readonly listen?: (said: string) => void;
}

/** Runs a program to its end; never throws for its exit code. Killed after `timeoutMs`. */
export const run = (
  command: string,
  args: readonly string[],
  { timeoutMs = 120_000, input, listen, ...options }: RunOptions = {},
): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      listen?.(stdout + stderr);
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
    child.stdin.end(input);
  });

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
