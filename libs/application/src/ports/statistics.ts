import type { QueueName } from '#contracts/jobs/jobs.js';
import type { CatalogueObject } from './catalogue.js';

export interface StoreStatistics {
  /** Every state, also those that no object is in. */
  readonly objects: Readonly<Record<CatalogueObject['state'], { readonly objects: number; readonly bytes: number }>>;
  readonly placements: readonly { readonly vault: string; readonly objects: number; readonly storedBytes: number }[];
  /** Open dead letters by queue and fault code. */
  readonly deadLetters: readonly { readonly queue: QueueName; readonly code: string; readonly letters: number }[];
  readonly outbox: { readonly pending: number; readonly oldestAgeMs: number };
  readonly repositories: number;
}

/** Numbers of the whole installation, for `ballast status` and the gauges: one consistent reading, cheap enough for every few seconds. */
export abstract class Statistics {
  abstract read(): Promise<StoreStatistics>;
}
