import { GenericContainer, Wait } from 'testcontainers';
import type { TestInfra } from './test-infra.js';

const PASSWORD = 'throw-away';
const THROWAWAY = ['postgres', '-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'max_connections=200'];

/** PostgreSQL and Valkey in containers, on a machine with a Docker engine. */
export const startContainers = async (): Promise<TestInfra> => {
  const [postgres, redis] = await Promise.all([
    new GenericContainer('postgres:18-alpine')
      .withEnvironment({ POSTGRES_PASSWORD: PASSWORD })
      .withCommand(THROWAWAY)
      .withExposedPorts(5432)
      // The image starts the server once to set it up, and then for good.
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start(),
    new GenericContainer('valkey/valkey:8-alpine').withExposedPorts(6379).start(),
  ]);
  return {
    driver: 'testcontainers',
    databaseUrl: `postgresql://postgres:${PASSWORD}@${postgres.getHost()}:${postgres.getMappedPort(5432)}/postgres`,
    redisUrl: `redis://${redis.getHost()}:${redis.getMappedPort(6379)}`,
    redisReason: '',
    stop: async () => {
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
};
