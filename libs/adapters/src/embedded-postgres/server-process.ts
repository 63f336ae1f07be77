import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Fault } from '#domain/fault/fault.js';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { ServerLog } from './server-log.js';

export interface ServerOptions {
  readonly binaries: Binaries;
  readonly directory: string;
  readonly account: Account | null;
  readonly port: number;
  readonly durable: boolean;
}

/** What the log says of a port that another program took in the meantime. */
export const PORT_TAKEN = 'could not bind IPv4 address';

// Recovery after a crash replays what was written since the last checkpoint, which takes a while on a slow disk.
const START_LIMIT_MS = 180_000;
const FAST_LIMIT_MS = 30_000;

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  // Everything talks TCP on 127.0.0.1; a socket directory would have to be writable by two users.
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=128MB',
  'password_encryption=scram-sha-256',
  'timezone=UTC',
  'log_timezone=UTC',
  'jit=off',
  // A writing transaction left open would hold back every reader of the events.
  'idle_in_transaction_session_timeout=60s',
];
const THROWAWAY = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/** One run of the `postgres` program. */
export class ServerProcess {
  readonly log = new ServerLog();
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #options: ServerOptions;

  constructor(options: ServerOptions) {
    const settings = [...SETTINGS, ...(options.durable ? [] : THROWAWAY)].flatMap((setting) => ['-c', setting]);
    this.#options = options;
    this.#child = spawn(options.binaries.postgres, ['-D', options.directory, '-p', String(options.port), ...settings], {
      ...options.account,
      cwd: options.directory,
      stdio: ['ignore', 'ignore', 'pipe'],
      // Ctrl-C reaches every process of the terminal's group: a server of its own group outlives its clients and is stopped last.
      detached: options.durable,
    });
    this.log.follow(this.#child.stderr);
    this.exited = once(this.#child, 'close').then(
      () => undefined,
      () => undefined,
    );
  }

  /** Resolves when the server takes connections, after recovery if there was a crash. */
  async ready(signal: AbortSignal): Promise<void> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]);
    const accepting = new Promise<'ready'>((resolve) => {
      this.log.onLine((line) => line.includes('ready to accept connections') && resolve('ready'));
    });
    const aborted = new Promise<'aborted'>((resolve) => {
      limit.addEventListener('abort', () => resolve('aborted'), { once: true });
      if (limit.aborted) resolve('aborted');
    });
    const outcome = await Promise.race([accepting, aborted, this.exited.then(() => 'exited' as const)]);
    if (outcome === 'ready') return;
    await this.stop();
    const reason = outcome === 'exited' ? 'the database ended while it started' : 'the database did not start in time';
    throw new Fault('stack.failed', { step: 'database', reason, log: this.log.tail() });
  }

  /** Fast shutdown: clients are cut off, everything committed is on disk. An immediate one when that takes too long. */
  async stop(): Promise<void> {
    if (this.#hasEnded()) return;
    this.#shutDown('fast');
    const impatience = setTimeout(() => this.#shutDown('immediate'), FAST_LIMIT_MS);
    await this.exited;
    clearTimeout(impatience);
  }

  #shutDown(mode: 'fast' | 'immediate'): void {
    if (process.platform === 'win32') {
      const { binaries, directory } = this.#options;
      spawn(binaries.pgCtl, ['stop', '-D', directory, '-m', mode, '-W'], { stdio: 'ignore' });
    } else {
      this.#child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    }
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
  }
}
