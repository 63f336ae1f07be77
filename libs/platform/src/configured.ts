import { ConfigurationError } from './settings.js';

/**
 * Runs what reads the configuration of a process. When that is not valid, all of its problems are printed and the process
 * ends with status 2, before anything is opened or changed.
 */
export const configured = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
};
