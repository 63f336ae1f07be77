import { startEmbeddedPostgres } from '#adapters/embedded-postgres/embedded-postgres.js';
import { createLogger, loggerSettings } from '#platform/logger.js';
import { runService } from '#platform/run-service.js';
import { port, readSettings, secretSetting, setting } from '#platform/settings.js';
import { z } from 'zod';

/** Told by `ballast up` alone: nobody sets these by hand. */
const databaseSettings = {
  ...loggerSettings,
  directory: setting('BALLAST_EMBEDDED_DATABASE_DIR', 'Where the embedded database lies.', z.string().min(1)),
  port: setting('BALLAST_EMBEDDED_DATABASE_PORT', 'Its port; 0 takes a free one.', port.default(0)),
  password: secretSetting('BALLAST_EMBEDDED_DATABASE_PASSWORD', 'Password of its roles.', z.string().min(16)),
};

const settings = readSettings(databaseSettings);
const logger = createLogger('database', settings);

// PostgreSQL is no child that could notice the end of its parent: this process does, and stops it.
const starting = new AbortController();
process.once('SIGTERM', () => starting.abort());
process.once('disconnect', () => starting.abort());

const SERIOUS = /\b(?:ERROR|FATAL|PANIC):/;

await runService(logger, async () => {
  const { directory, password } = settings;
  const server = await startEmbeddedPostgres({
    dataDir: directory,
    password,
    durable: true,
    port: settings.port,
    signal: starting.signal,
    onLog: (line) => (SERIOUS.test(line) ? logger.warn({ postgres: line }, 'from PostgreSQL') : logger.debug(line)),
  });
  let stopping = false;
  void server.exited.then((tail) => {
    if (stopping) return;
    logger.fatal({ postgres: tail }, 'PostgreSQL ended');
    process.exit(1);
  });
  return {
    ports: { database: server.port },
    stop: () => {
      stopping = true;
      return server.stop();
    },
  };
});
