import type { QueueName } from '#contracts/jobs/jobs.js';
import type { Oid } from '#domain/oid.js';
import type { AttemptError } from './attempts.js';
import type { CatalogueObject, Repository } from './catalogue.js';
import type { IssuedToken } from './tokens.js';

export interface RepositoryTotals {
  readonly repository: Repository;
  /** From a checkpointed projection: may lag by a moment. */
  readonly objects: number;
  readonly bytes: number;
}

export interface TokenEntry extends IssuedToken {
  readonly last4: string;
  readonly createdAt: Date;
}

export interface ObjectTotals {
  readonly state: CatalogueObject['state'];
  readonly objects: number;
  readonly bytes: number;
  /** When the oldest object of this state was staged. */
  readonly oldestAt: Date | null;
}

export interface ObjectHolder {
  readonly repository: Repository;
  readonly linkedAt: Date;
}

/** What has been tried for a job that is neither done nor given up. */
export interface RunningAttempts {
  readonly jobId: string;
  readonly queue: QueueName;
  readonly attempts: number;
  readonly errors: readonly AttemptError[];
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** What an operator asks across all repositories: nothing here is ever shown to a client. Reads only. */
export abstract class Inventory {
  /** By path, at most `limit`. */
  abstract repositories(limit: number): Promise<readonly RepositoryTotals[]>;
  /** Newest first, at most `limit`. */
  abstract tokens(limit: number): Promise<readonly TokenEntry[]>;
  /** One entry a state in which there are objects. */
  abstract objectTotals(): Promise<readonly ObjectTotals[]>;
  /** The repositories that may read an object, in the order in which they got it, at most `limit`. */
  abstract holders(oid: Oid, limit: number): Promise<readonly ObjectHolder[]>;
  abstract attempts(jobIds: readonly string[]): Promise<readonly RunningAttempts[]>;
}
