import type { Logger } from './logger.js';

/** A started service. `stop` drains within its own limits and resolves when nothing is left running. */
export interface RunningService {
  /** Ports that it listens on, told to a supervisor. */
  readonly ports: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const STOP_LIMIT_MS = 60_000;

/**
 * Runs one service as a process: starts it, says `ready` to a supervisor, drains on SIGTERM or SIGINT, exits 0 after a clean
 * drain. Anything that nobody caught is logged and ends the process: a supervisor starts a clean one (fault 85).
 */
export const runService = async (logger: Logger, start: () => Promise<RunningService>): Promise<void> => {
  process.on('uncaughtException', (error) => die(logger, error, 'uncaught exception'));
  process.on('unhandledRejection', (error) => die(logger, error, 'unhandled rejection'));
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  const service = await start().catch((error: unknown) => die(logger, error, 'could not start'));
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // Ctrl-C reaches every process of a terminal, and a supervisor's SIGTERM follows: one drain answers both.
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'draining');
    setTimeout(() => die(logger, new Error('drain took too long'), 'could not stop in time'), STOP_LIMIT_MS).unref();
    service.stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => die(logger, error, 'could not stop cleanly'),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Last, since a supervisor may ask it to stop in the very moment that it hears of it.
  logger.info({ ports: service.ports }, 'ready');
  process.send?.({ type: 'ready', ports: service.ports });
};

const die = (logger: Logger, error: unknown, why: string): never => {
  logger.fatal({ err: error }, why);
  process.exit(1);
};
