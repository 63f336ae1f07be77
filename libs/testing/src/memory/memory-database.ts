import type { AttemptError, DeadLetter } from '#application/ports/attempts.js';
import type { CatalogueObject, Placement, Repository } from '#application/ports/catalogue.js';
import type { ClaimedMessage } from '#application/ports/outbox.js';
import type { RecordedEvent } from '#application/ports/event-store.js';
import type { IssuedToken } from '#application/ports/tokens.js';
import type { QueueName } from '#contracts/jobs/jobs.js';
import type { Oid } from '#domain/oid.js';
import { TestClock } from './test-clock.js';

export interface MemoryMessage extends ClaimedMessage {
  readonly createdAt: Date;
  claimedUntil: number;
  dispatched: boolean;
}

export interface AttemptRow {
  readonly queue: QueueName;
  count: number;
  errors: AttemptError[];
  readonly firstAt: Date;
}

/** The tables that the in-memory ports share, as PostgreSQL's are shared by the real ones. */
export class MemoryDatabase {
  readonly events: RecordedEvent[] = [];
  readonly outbox: MemoryMessage[] = [];
  readonly leases = new Map<string, { token: number; expiresAt: number }>();
  readonly objects = new Map<Oid, CatalogueObject>();
  readonly placements = new Map<Oid, Placement[]>();
  readonly repositories = new Map<string, Repository>();
  /** `<repositoryId> <oid>` of every link. */
  readonly links = new Set<string>();
  readonly tokens = new Map<string, { token: IssuedToken; digest: string }>();
  readonly attempts = new Map<string, AttemptRow>();
  readonly deadLetters: DeadLetter[] = [];
  nextToken = 1;
  nextMessage = 1;

  constructor(readonly clock: TestClock = new TestClock()) {}
}
