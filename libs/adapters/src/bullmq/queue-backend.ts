import { setTimeout as delay } from 'node:timers/promises';
import {
  createPostgresBackend,
  createRedisBackend,
  type Job,
  Queue,
  Worker,
  type BackendFactory,
  type ConnectionOptions,
  type IQueueBackend,
  type JobProgress,
  type JobsOptions,
  type PostgresConnectionOptions,
  type RedisOptions,
  type WorkerOptions,
} from 'bullmq';

/** What a job carries: ids and trace context, never a secret. Read back as `unknown`, since a queue is not trusted. */
export interface Envelope {
  readonly payload: unknown;
  readonly correlationId: string;
  readonly traceparent: string | null;
}

/**
 * What is used of a BullMQ queue, whatever holds it. BullMQ's `close` waits for a farewell that a lost connection never
 * gives; `abandon` drops connections and timers without one, also while a close is under way.
 */
export interface WorkQueue {
  waitUntilReady(): Promise<unknown>;
  addBulk(jobs: { name: string; data: Envelope; opts: JobsOptions }[]): Promise<unknown>;
  getJob(id: string): Promise<{ readonly finishedOn?: number | undefined } | undefined>;
  getJobCounts(
    ...types: ('waiting' | 'prioritized' | 'waiting-children' | 'active' | 'delayed')[]
  ): Promise<Record<string, number>>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
  abandon(): Promise<void>;
}

export interface TakenJob {
  readonly id?: string | undefined;
  readonly data: unknown;
}

/** What is used of a BullMQ worker. */
export interface QueueWorker {
  waitUntilReady(): Promise<unknown>;
  run(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (ids: string[]) => void): unknown;
  getBackend(): Pick<IQueueBackend, 'getState'>;
  close(): Promise<void>;
  abandon(): Promise<void>;
}

export type WorkerTuning = Omit<WorkerOptions, 'connection' | 'prefix' | 'autorun'>;

/** Where the queues are: opens BullMQ queues and workers there. Nothing connects before one is opened. */
export interface QueueBackend {
  readonly kind: 'redis' | 'postgres';
  queue(name: string): WorkQueue;
  worker(name: string, process: (job: TakenJob) => Promise<void>, tuning: WorkerTuning): QueueWorker;
}

const PREFIX = 'ballast';
/** Pause before a worker asks again after a failure to get a job. */
const REFUSED_MS = 250;
const CONNECT_MS = 2_000;
/** Ends a command on a connection that is open and dead; longer than BullMQ's longest blocking read of 10 s. */
const COMMAND_MS = 20_000;

/** Redis or Valkey where a URL is given, otherwise the PostgreSQL of everything else, in a schema of its own. */
export const queueBackend = (redisUrl: string | undefined, databaseUrl: string): QueueBackend =>
  redisUrl === undefined ? postgresBackend(databaseUrl) : redisBackend(redisUrl);

const redisBackend = (url: string): QueueBackend => {
  const common = (abandoned: AbortSignal): RedisOptions => ({
    url,
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    keepAlive: 10_000,
    // A client that is disconnected while it waits to reconnect would go on trying for ever.
    retryStrategy: (times) => (abandoned.aborted ? null : Math.min(times * 100, 1_000)),
  });
  return {
    kind: 'redis',
    ...openers<IQueueBackend, ConnectionOptions>(
      // A producer is told at once that there is no queue: the outbox keeps what could not be sent.
      (abandoned) => ({ ...common(abandoned), enableOfflineQueue: false, maxRetriesPerRequest: 0 }),
      // A worker waits for as long as it takes.
      (abandoned) => ({ ...common(abandoned), maxRetriesPerRequest: null }),
      createRedisBackend,
    ),
  };
};

const postgresBackend = (connectionString: string): QueueBackend => {
  const common = {
    connectionString,
    migrate: true,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: COMMAND_MS,
    keepAlive: true,
  };
  return {
    kind: 'postgres',
    ...openers<IQueueBackend, PostgresConnectionOptions>(
      () => ({ ...common, max: 2, application_name: 'ballast-queue' }),
      (_abandoned, { concurrency = 1 }) => ({
        ...common,
        max: Math.min(concurrency, 6) + 1,
        application_name: 'ballast-worker',
      }),
      createPostgresBackend,
    ),
  };
};

const openers = <Backend extends IQueueBackend, Connection>(
  producing: (abandoned: AbortSignal) => Connection,
  consuming: (abandoned: AbortSignal, tuning: WorkerTuning) => Connection,
  factory: BackendFactory<Backend, Connection>,
): Pick<QueueBackend, 'queue' | 'worker'> => ({
  queue: (name) => {
    const abandoned = new AbortController();
    const options = { connection: producing(abandoned.signal), prefix: PREFIX };
    const queue = new Queue<Envelope, void, string, Envelope, void, string, Backend, Connection>(
      name,
      options,
      factory,
    );
    const abandon = async (): Promise<void> => {
      abandoned.abort();
      await queue.getBackend().close(true);
    };
    return Object.assign(queue, { abandon });
  },
  worker: (name, process, tuning) => {
    const abandoned = new AbortController();
    const options = { ...tuning, connection: consuming(abandoned.signal, tuning), prefix: PREFIX, autorun: false };
    const worker = new StoppableWorker<unknown, void, string, Backend, never, Connection>(
      name,
      process,
      options,
      factory,
    );
    const abandon = async (): Promise<void> => {
      abandoned.abort();
      await worker.stopRenewals();
      await worker.getBackend().close(true);
    };
    return Object.assign(worker, { abandon });
  },
});

class StoppableWorker<
  Data,
  Result,
  Name extends string,
  Backend extends IQueueBackend,
  Progress extends JobProgress,
  Connection,
> extends Worker<Data, Result, Name, Backend, Progress, Connection> {
  // Otherwise a server that refuses connections, as one that recovers does, would be asked hundreds of times a second.
  protected override async moveToActive(token: string, name?: string): Promise<Job<Data, Result, Name, Progress>> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await delay(REFUSED_MS);
      throw error;
    }
  }

  /** Stops what BullMQ stops only at the end of a close, which an abandoned worker never reaches. */
  async stopRenewals(): Promise<void> {
    await this.lockManager.close();
  }
}
