import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Fault } from '#domain/fault/fault.js';
import { environment } from '#platform/environment.js';
import type { Logger } from '#platform/logger.js';
import type { Drive } from '../drive.js';
import type { DriveHost } from '../drive-host.js';
import { RemoteDrive } from '../rpc/drive-service.js';
import { hostService, type SdkListeners } from '../rpc/host-service.js';
import { Peer } from '../rpc/peer.js';
import { childChannel } from '../rpc/socket-channel.js';
import { logProcess } from './process-output.js';
import type { SdkService, SdkStart } from './sdk-service.js';

export interface SdkProgram {
  /** File of the program and arguments for node; those of this process where it runs from source. */
  readonly file: string;
  readonly nodeArgs: readonly string[];
}

export interface SdkProcessOptions {
  readonly program?: SdkProgram;
  readonly host: DriveHost;
  readonly listeners: SdkListeners;
  readonly logger: Logger;
  /** How often it is asked whether it lives while it says nothing by itself. */
  readonly pingMs?: number;
  /** A process that says nothing for so long is killed: it may hang for good, and its transfers with it. */
  readonly silentMs?: number;
}

/** A child gets nothing else of our environment: what is secret or steers Ballast must not be read from there. */
const PASSED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
/** Blocks are held by short-lived objects: collected early, four files of 256 MiB need a few dozen MiB less. */
const HEAP = ['--max-semi-space-size=1'];
/** Index of the socket among what a process is started with; `parentChannel` finds it there. */
const SOCKET = 3;
const START_MS = 60_000;
const END_MS = 3_000;
const STOP_MS = 900;

/** One process that runs the SDK. Once `ended` resolves, it answers nothing any more: its calls reject with `vault.unavailable`. */
export class SdkProcess {
  readonly drive: Drive;
  readonly ended: Promise<void>;
  private readonly exited: Promise<void>;
  private readonly peer: Peer<SdkService>;
  private lastHeard = performance.now();
  private watch: NodeJS.Timeout | null = null;

  private constructor(
    private readonly child: ChildProcess,
    { host, listeners }: SdkProcessOptions,
  ) {
    const heard = (): void => void (this.lastHeard = performance.now());
    const lost = (): Error => new Fault('vault.unavailable', { reason: 'the process of the SDK ended' });
    const channel = childChannel(child.stdio[SOCKET] as Duplex, heard);
    this.peer = new Peer<SdkService>(channel, hostService(host, listeners), { stopMs: STOP_MS, lost });
    this.drive = new RemoteDrive(this.peer);
    this.ended = this.peer.closed.then(() => {
      if (this.watch !== null) clearInterval(this.watch);
      // The channel can go before the process does.
      this.kill();
    });
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  /** Resolves once it has taken its configuration; faults: `vault.unavailable`. */
  static async start(config: SdkStart, options: SdkProcessOptions): Promise<SdkProcess> {
    const { file, nodeArgs } = options.program ?? ownProgram();
    const child = spawn(process.execPath, [...nodeArgs, file], {
      env: passedEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    // Where the system has no room for one, or a signal does not reach it.
    child.on('error', (error) => options.logger.warn({ err: error }, 'the process of the SDK has trouble'));
    if (child.pid === undefined)
      throw new Fault('vault.unavailable', { reason: 'the process of the SDK did not start' });
    logProcess(child, options.logger);
    const started = new SdkProcess(child, options);
    try {
      await started.peer.call('start', [config], { signal: AbortSignal.timeout(START_MS) });
    } catch (error) {
      started.kill();
      throw new Fault('vault.unavailable', { reason: 'the process of the SDK did not start' }, { cause: error });
    }
    started.keepWatch(options);
    return started;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  kill(): void {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
  }

  /** Lets it stop what is under way, for three seconds. */
  async stop(): Promise<void> {
    await this.peer.call('stop', [], { signal: AbortSignal.timeout(END_MS) }).catch(() => undefined);
    this.kill();
    await this.exited;
  }

  private keepWatch({ pingMs = 5_000, silentMs = 30_000 }: SdkProcessOptions): void {
    this.watch = setInterval(() => {
      if (this.silence() < pingMs) return;
      this.peer.call('ping', [], { signal: AbortSignal.timeout(silentMs) }).catch(() => undefined);
      // When it was this process that stood still, what the other said meanwhile is read first.
      if (this.silence() > silentMs) setImmediate(() => this.silence() > silentMs && this.kill());
    }, pingMs).unref();
  }

  private silence(): number {
    return performance.now() - this.lastHeard;
  }
}

const passedEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    PASSED.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );

/** From source `./sdk-process-main.ts`, with the arguments that let this process run TypeScript; else the compiled file. */
const ownProgram = (): SdkProgram => {
  const isSource = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(`./sdk-process-main.${isSource ? 'ts' : 'js'}`, import.meta.url));
  return { file, nodeArgs: isSource ? process.execArgv : HEAP };
};
