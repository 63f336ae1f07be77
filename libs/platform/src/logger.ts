import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { z } from 'zod';
import { setting, type SettingsOf } from './settings.js';
import { Fault } from '#domain/fault/fault.js';

export type Logger = PinoLogger;

export const loggerSettings = {
  logLevel: setting(
    'BALLAST_LOG_LEVEL',
    'Least level that is logged.',
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ),
};

/** Names whose values are never logged, at the top, one and two levels down. */
const SECRET_NAMES = [
  'authorization',
  'Authorization',
  'cookie',
  'password',
  'passphrase',
  'secret',
  'token',
  'pepper',
  'accessToken',
  'refreshToken',
  'x-lfs-action',
  'X-LFS-Action',
  'signingKey',
  'databaseUrl',
  'redisUrl',
  'connectionString',
];

/**
 * JSON lines on standard output, one logger a process; child loggers carry correlation ids. A Fault is logged with its code
 * and facts; secrets are cut out by name, and errors are reduced to what is known to be safe.
 */
export const createLogger = (
  service: string,
  { logLevel }: SettingsOf<typeof loggerSettings>,
  destination?: DestinationStream,
): Logger =>
  pino(
    {
      level: logLevel,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor: '[redacted]',
      },
      serializers: { err: describeError, error: describeError },
      // The last net, under whatever a message or a field was made of.
      hooks: { streamWrite: withoutCredentials },
    },
    destination ?? standardOutput(),
  );

// Synchronous: what is written last before the process ends is what explains it, and pino's default may lose or reorder it.
const standardOutput = (): DestinationStream => pino.destination({ dest: 1, sync: true });

/** An error as it may be logged: code and facts of Faults, type and stack of others, and the chain of causes. */
export const describeError = (error: unknown): Record<string, unknown> => {
  if (!(error instanceof Error)) return { type: typeof error };
  const own =
    error instanceof Fault ? { code: error.code, facts: error.facts } : { code: (error as NodeJS.ErrnoException).code };
  return {
    type: error.name,
    message: withoutCredentials(error.message),
    ...own,
    stack: error.stack === undefined ? undefined : withoutCredentials(error.stack),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
};

/** Takes user and password out of any URL, tokens and bearer values out of any text, JSON included. */
export const withoutCredentials = (text: string): string =>
  text
    // Up to the last @ before a slash, since a password may hold one; never past a quote, since text may be JSON.
    .replace(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/"]*@/gi, '$1[redacted]@')
    .replace(/blst_[A-Za-z0-9_]+/g, 'blst_[redacted]')
    .replace(/((?:bearer|basic)\s+)[A-Za-z0-9+/=._-]+/gi, '$1[redacted]');
