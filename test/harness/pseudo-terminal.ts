import { spawn, spawnSync, type SpawnOptions } from 'node:child_process';

/** What a person types, each once what is asked for has appeared. */
export type Typing = readonly (readonly [seen: RegExp, typed: string])[];

export interface Screen {
  readonly code: number | null;
  /** Everything that the terminal showed, what it echoed of the typing included. */
  readonly shown: string;
}

/** Why no terminal can be played here, or null. */
export const terminalMissing: string | null =
  spawnSync('script', ['--version']).status === 0 ? null : 'needs script (of util-linux)';

const TYPING_MS = 100;

/** Runs a line of shell on a terminal of its own, with somebody who types. Killed after `timeoutMs`. */
export const atTerminal = (
  line: string,
  typing: Typing,
  { timeoutMs = 60_000, ...options }: SpawnOptions & { readonly timeoutMs?: number } = {},
): Promise<Screen> =>
  new Promise((resolve, reject) => {
    const child = spawn('script', ['--quiet', '--flush', '--return', '--command', line, '/dev/null'], {
      ...options,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const left = [...typing];
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      const [next] = left;
      if (next === undefined || !next[0].test(shown)) return;
      left.shift();
      setTimeout(() => child.stdin.write(next[1]), TYPING_MS);
    });
    child.stdin.on('error', () => undefined);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, shown });
    });
  });
