import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Fault } from '#domain/fault/fault.js';
import { duration, setting, type SettingsOf } from '#platform/settings.js';
import { z } from 'zod';
import type { ServiceEntry } from './stack-file.js';

export interface ServiceSpec {
  readonly name: string;
  /** The script that is the service. */
  readonly main: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What a supervisor is told of its processes. */
export interface ServiceObserver {
  line(service: string, line: string): void;
  changed(entry: ServiceEntry): void;
  ended(service: string, how: string, restartInMs: number): void;
}

export interface RestartPolicy {
  readonly baseMs: number;
  readonly capMs: number;
  /** A service that was ready this long counts as healthy again. */
  readonly healthyMs: number;
  /** Failures in a row before the first readiness, after which the start is given up. */
  readonly startTries: number;
  /** Longest that a drain may take before the process is killed. */
  readonly stopLimitMs: number;
}

export const RESTARTS: RestartPolicy = {
  baseMs: 100,
  capMs: 10_000,
  healthyMs: 10_000,
  startTries: 3,
  stopLimitMs: 70_000,
};

export const supervisionSettings = {
  restartPauseMax: setting(
    'BALLAST_RESTART_PAUSE_MAX',
    'Longest pause before a service that keeps ending is started again.',
    duration.default(RESTARTS.capMs),
  ),
};

export const restartPolicy = ({ restartPauseMax }: SettingsOf<typeof supervisionSettings>): RestartPolicy => ({
  ...RESTARTS,
  capMs: Math.max(RESTARTS.baseMs, restartPauseMax),
});

/** Milliseconds before the next start, after so many failures in a row. */
export const restartDelayMs = ({ baseMs, capMs }: RestartPolicy, failures: number): number =>
  Math.min(capMs, baseMs * 2 ** Math.max(0, failures - 1));

const MISCONFIGURED = 2;
const Ready = z.object({ type: z.literal('ready'), ports: z.record(z.string(), z.int()) });

/**
 * One service kept running as a process of its own: started again when it dies, at first at once, then more slowly. Its own
 * process group keeps Ctrl-C from reaching it before its turn; the IPC channel ends it should this process die.
 */
export class ServiceProcess {
  private child: ChildProcess | null = null;
  private state: ServiceEntry['state'] = 'starting';
  private ports: Readonly<Record<string, number>> = {};
  private restarts = 0;
  private failures = 0;
  private readySince: number | null = null;
  private wasReady = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly first = Promise.withResolvers<Readonly<Record<string, number>>>();
  private readonly gone = Promise.withResolvers<void>();

  constructor(
    private readonly spec: ServiceSpec,
    private readonly observer: ServiceObserver,
    private readonly policy: RestartPolicy = RESTARTS,
  ) {
    this.first.promise.catch(() => undefined); // told to whoever called start()
  }

  get entry(): ServiceEntry {
    const { state, ports, restarts } = this;
    return { name: this.spec.name, pid: this.child?.pid ?? null, state, ports, restarts };
  }

  /** Resolves with its ports when it is ready for the first time; `stack.failed` when it cannot get there. */
  start(): Promise<Readonly<Record<string, number>>> {
    this.launch();
    return this.first.promise;
  }

  /** Drains it and waits until it is gone; kills it when that takes too long. May be called twice. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.first.reject(new Fault('service.draining', { service: this.spec.name }));
    if (!this.child) return this.become('stopped');
    if (this.state !== 'stopping') {
      this.become('stopping');
      this.child.kill('SIGTERM');
      setTimeout(() => this.kill(), this.policy.stopLimitMs).unref();
    }
    await this.gone.promise;
  }

  /** Ends it at once, without a drain. */
  kill(): void {
    clearTimeout(this.timer);
    this.state = 'stopping';
    if (this.child) this.child.kill('SIGKILL');
    else this.gone.resolve();
  }

  private launch(): void {
    const child = fork(this.spec.main, [], {
      env: { ...this.spec.environment },
      execArgv: [],
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    this.ports = {};
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.observer.line(this.spec.name, line));
    }
    child.on('message', (message) => this.hear(message));
    // `close` comes after the last line of its output; `error` alone when it could not be started at all.
    child.once('close', (code, signal) => this.ended(code, signal));
    child.once('error', () => undefined);
    this.become('starting');
  }

  private hear(message: unknown): void {
    const ready = Ready.safeParse(message);
    if (!ready.success || this.state === 'stopping') return;
    this.ports = ready.data.ports;
    this.readySince = Date.now();
    this.wasReady = true;
    this.become('ready');
    this.first.resolve(this.ports);
  }

  private ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.child = null;
    if (this.state === 'stopping') {
      this.become('stopped');
      this.gone.resolve();
      return;
    }
    const healthy = this.readySince !== null && Date.now() - this.readySince >= this.policy.healthyMs;
    this.failures = healthy ? 1 : this.failures + 1;
    this.readySince = null;
    const how = signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`;
    if (!this.wasReady && (code === MISCONFIGURED || this.failures >= this.policy.startTries)) {
      this.become('stopped');
      this.first.reject(new Fault('stack.failed', { service: this.spec.name, reason: `it ${how}` }));
      return;
    }
    const delayMs = restartDelayMs(this.policy, this.failures);
    this.restarts += 1;
    this.observer.ended(this.spec.name, how, delayMs);
    this.become('restarting');
    this.timer = setTimeout(() => this.launch(), delayMs);
  }

  private become(state: ServiceEntry['state']): void {
    this.state = state;
    this.observer.changed(this.entry);
  }
}
