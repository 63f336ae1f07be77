/** Real services for integration specs, however this machine can give them. */
export interface TestInfra {
  readonly driver: Driver;
  /** A PostgreSQL superuser, or a role that may create databases. */
  readonly databaseUrl: string;
  /** Null when there is none; then `redisReason` says why. */
  readonly redisUrl: string | null;
  readonly redisReason: string;
  stop(): Promise<void>;
}

export type Driver = 'external' | 'testcontainers' | 'process';
