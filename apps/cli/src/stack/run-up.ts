import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../terminal/format.js';
import type { Terminal } from '../terminal/terminal.js';
import type { UpOptions, Wire } from '../world.js';
import { DataDirectory } from './data-directory.js';
import { LogRenderer } from './log-line.js';
import { DATABASE, SERVICES } from './services.js';
import { lockDirectory } from './stack-lock.js';
import { removeStack } from './stack-file.js';
import type { Environment } from './stack-settings.js';
import { Stack, type StackStarted } from './stack.js';
import { lfsUrl, renderWelcome } from './welcome.js';

export interface UpTools {
  readonly terminal: Terminal;
  readonly environment: Environment;
  readonly wire: (environment: Environment) => Wire;
}

const KILLED = 130;
/** The services' own "ready" is on its way through their pipes; the welcome comes after it. */
const LAST_LINES_MS = 50;
/** One Ctrl-C may arrive several times: from the terminal, and from a parent that hands it on. */
const ECHO_MS = 300;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs an embedded stack in the foreground until a signal stops it: exit code 0 after a clean stop, 130 when a second signal
 * cut it short. Throws what kept it from starting.
 */
export const runUp = async (options: UpOptions, { terminal, environment, wire }: UpTools): Promise<number> => {
  const startedAt = Date.now();
  const data = new DataDirectory(options.dataDir);
  data.prepare();
  const unlock = lockDirectory(data.root);
  const log = new UpLog(terminal, options);
  const stack = new Stack(data, options, { environment, observer: log, wire });
  const stopping = untilStopped(stack, log);
  try {
    const started = await Promise.race([stack.start(), stopping.asked.then(() => null)]);
    if (started) {
      await delay(LAST_LINES_MS);
      tell(terminal, options, { ...started, dataDir: data.root, tookMs: Date.now() - startedAt }, stack);
      await stopping.asked;
    }
    await stack.stop();
    log.note('ballast', 'stopped');
    return stopping.killed() ? KILLED : 0;
  } catch (error) {
    await stack.stop().catch(() => undefined);
    if (stopping.killed()) return KILLED;
    throw error;
  } finally {
    stopping.forget();
    removeStack(data);
    unlock();
  }
};

/** The first signal asks for an orderly stop, the second ends everything at once. */
const untilStopped = (stack: Stack, log: UpLog) => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  let killed = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAt !== null && Date.now() - firstAt < ECHO_MS) return;
    if (firstAt === null) {
      firstAt = Date.now();
      log.note('ballast', `${signal}: stopping gateway, worker, reconciler and database; once more to kill them`);
      resolve();
    } else {
      killed = true;
      log.note('ballast', 'killing what is left');
      stack.kill();
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const forget = (): void => SIGNALS.forEach((signal) => process.off(signal, onSignal));
  return { asked, killed: () => killed, forget };
};

type Told = StackStarted & { readonly dataDir: string; readonly tookMs: number };

const tell = (terminal: Terminal, options: UpOptions, started: Told, stack: Stack): void => {
  if (options.json) {
    const { url, token, vault, dataDir } = started;
    const document = {
      url,
      lfsUrl: lfsUrl(url, null),
      token,
      vault,
      dataDir,
      pid: process.pid,
      services: stack.services,
    };
    terminal.out(JSON.stringify(document, null, 2));
    return;
  }
  const text = renderWelcome(started, terminal.colour);
  // Whoever collects JSON logs gets nothing else on that stream.
  if (options.jsonLogs) terminal.err(text);
  else terminal.out(text);
};

/** Shows what the services log: rendered, or as it is; on the error stream when the other one is for a JSON document. */
class UpLog {
  private readonly renderer: LogRenderer;

  constructor(
    private readonly terminal: Terminal,
    private readonly options: UpOptions,
  ) {
    const services = ['ballast', DATABASE.name, ...SERVICES.map(({ name }) => name)];
    this.renderer = new LogRenderer(services, terminal.colour);
  }

  line(service: string, line: string): void {
    this.show(this.options.jsonLogs ? line : this.renderer.render(service, line));
  }

  ended(service: string, how: string, restartInMs: number): void {
    this.note(service, `it ${how}; starting it again in ${formatDuration(restartInMs)}`);
  }

  note(service: string, message: string): void {
    const entry = { level: 'warn', time: new Date().toISOString(), service, msg: message };
    this.show(this.options.jsonLogs ? JSON.stringify(entry) : this.renderer.note(service, message));
  }

  private show(text: string): void {
    if (this.options.json) this.terminal.err(text);
    else this.terminal.out(text);
  }
}
