import { shareServices } from '../infra/shared-services.js';
import { startTestInfra } from '../infra/start-test-infra.js';
import type { TestInfra } from '../infra/test-infra.js';
import { makeTemplate } from './template-database.js';

declare global {
  var ballastTestInfra: TestInfra | undefined;
}

/** One PostgreSQL server (and Redis, where there is one) for the whole run; each spec gets a database of its own. */
const setup = async (): Promise<void> => {
  const infra = await startTestInfra();
  globalThis.ballastTestInfra = infra;
  try {
    const { databaseUrl, redisUrl, redisReason } = infra;
    shareServices({ databaseUrl, redisUrl: redisUrl ?? '', redisReason });
    await makeTemplate();
  } catch (error) {
    // After a setup that failed there is no teardown.
    await infra.stop();
    throw error;
  }
};

export default setup;
