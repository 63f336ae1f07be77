import { existsSync } from 'node:fs';
import { environment } from '#platform/environment.js';
import { startExternal } from './external.js';
import { startProcesses } from './processes.js';
import type { Driver, TestInfra } from './test-infra.js';

const DOCKER_SOCKET = '/var/run/docker.sock';

/** BALLAST_TEST_INFRA names the driver; without it, the server of BALLAST_TEST_DATABASE_URL, else processes of this machine. */
export const startTestInfra = async (): Promise<TestInfra> => {
  const driver = chooseDriver();
  switch (driver) {
    case 'external':
      return startExternal();
    case 'testcontainers':
      // Its packages take a second to load, so that only those who use them wait.
      return (await import('./containers.js')).startContainers();
    case 'process':
      return startProcesses();
  }
};

const chooseDriver = (): Driver => {
  const { BALLAST_TEST_INFRA: named, BALLAST_TEST_DATABASE_URL: url, DOCKER_HOST: dockerHost } = environment;
  if (!named) return url ? 'external' : 'process';
  if (named !== 'external' && named !== 'testcontainers' && named !== 'process') {
    throw new Error(`BALLAST_TEST_INFRA is "${named}": choose from external, testcontainers, process`);
  }
  if (named === 'testcontainers' && !dockerHost && !existsSync(DOCKER_SOCKET)) {
    throw new Error(`BALLAST_TEST_INFRA is "testcontainers", and there is no Docker engine: no ${DOCKER_SOCKET}`);
  }
  return named;
};
