import { spawnSync } from 'node:child_process';
import { run, type Finished, type RunOptions, type Typing } from './run.js';

/** Why no terminal can be played here, or null. */
export const terminalMissing: string | null =
  spawnSync('script', ['--version']).status === 0 ? null : 'needs script (of util-linux)';

/** Runs a line of shell on a terminal of its own, with somebody who types. What it echoes is in `stdout`. */
export const atTerminal = (line: string, typing: Typing, options: RunOptions): Promise<Finished> =>
  run('script', ['--quiet', '--flush', '--return', '--command', line, '/dev/null'], { ...options, typing });
