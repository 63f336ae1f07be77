import { existsSync } from 'node:fs';
import { ConfigurationError } from '#platform/settings.js';
import { DataDirectory } from './data-directory.js';
import { PREFERRED_PORT, readPorts } from './ports.js';
import { readSecrets } from './secrets.js';
import { findStack, runningStack } from './stack-file.js';
import {
  embeddedDatabaseUrl,
  hasOwnDatabase,
  plainSettings,
  publicUrlOf,
  secretSettings,
  type Environment,
} from './stack-settings.js';

const HOST = '127.0.0.1';

/**
 * The environment that a command works in: the process's own, completed by the stack on the data directory, running or
 * not. Without such a directory it is the process's own.
 */
export const stackEnvironment = (dataDir: string, environment: Environment): Environment => {
  const data = new DataDirectory(dataDir);
  if (!existsSync(data.file('secrets.json'))) return environment;
  const secrets = readSecrets(data);
  const { gateway: port = PREFERRED_PORT, database = 0 } = readPorts(data);
  const address = { host: HOST, port, publicUrl: publicUrlOf(HOST, port, false) };
  const plain = findStack(data)?.settings ?? plainSettings(data, address, environment);
  return { ...environment, ...plain, ...secretSettings(secrets, embeddedDatabaseUrl(secrets, database), environment) };
};

/** The same for commands that need a database: `stack.absent` when none runs here and none is named. */
export const targetEnvironment = (dataDir: string, environment: Environment): Environment => {
  if (!hasOwnDatabase(environment)) {
    const { database } = runningStack(new DataDirectory(dataDir));
    if (database === 'external') {
      throw new ConfigurationError([
        'BALLAST_DATABASE_URL is required: the stack here was started with a database of its own.',
      ]);
    }
  }
  return stackEnvironment(dataDir, environment);
};
