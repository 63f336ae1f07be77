import { environment } from '#platform/environment.js';
import type { TestInfra } from './test-infra.js';

/** Servers that somebody else runs, named by BALLAST_TEST_DATABASE_URL and BALLAST_TEST_REDIS_URL. */
export const startExternal = async (): Promise<TestInfra> => {
  const { BALLAST_TEST_DATABASE_URL: databaseUrl, BALLAST_TEST_REDIS_URL: redisUrl } = environment;
  if (!databaseUrl) throw new Error('the external test infrastructure needs BALLAST_TEST_DATABASE_URL');
  return {
    driver: 'external',
    databaseUrl,
    redisUrl: redisUrl || null,
    redisReason: redisUrl ? '' : 'BALLAST_TEST_REDIS_URL is not set',
    stop: async () => undefined,
  };
};
