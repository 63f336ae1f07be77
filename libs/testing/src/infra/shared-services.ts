import { environment } from '#platform/environment.js';

/** What the global setup tells the specs, which run in processes of their own. */
const VARIABLES = {
  databaseUrl: 'BALLAST_SPEC_DATABASE_URL',
  redisUrl: 'BALLAST_SPEC_REDIS_URL',
  redisReason: 'BALLAST_SPEC_REDIS_REASON',
} as const;

export interface SharedServices {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly redisReason: string;
}

/** Jest's workers inherit the environment of the process that runs the global setup. */
export const shareServices = (services: SharedServices): void => {
  const shared = environment as Record<string, string | undefined>;
  for (const [name, variable] of Object.entries(VARIABLES)) shared[variable] = services[name as keyof SharedServices];
};

const shared = (name: keyof SharedServices): string => environment[VARIABLES[name]] ?? '';

/** The PostgreSQL server of this run, as a role that may create databases. */
export const sharedDatabaseUrl = (): string => {
  const url = shared('databaseUrl');
  if (url === '') throw new Error('no test database: run the specs with `npm run integration`');
  return url;
};

/** The Redis server of this run; null when there is none, and then the reason is printed: a skipped spec says why. */
export const testRedisUrl = (): string | null => {
  const url = shared('redisUrl');
  if (url !== '') return url;
  process.stderr.write(`specs that need Redis are skipped: ${shared('redisReason')}\n`);
  return null;
};
