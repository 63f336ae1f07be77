import { isOid, type Oid } from '#domain/oid.js';
import { Fault } from '#domain/fault/fault.js';
import { z } from 'zod';

const oid = z.custom<Oid>(isOid, 'not an oid');

/** Ids only: a queue is readable by whoever reaches it, and is checked against PostgreSQL before anything is done. */
export const StoreObjectJob = z.object({ v: z.literal(1), oid, generation: z.int().positive() }).strict();
export type StoreObjectJob = z.infer<typeof StoreObjectJob>;

export const HydrateObjectJob = z.object({ v: z.literal(1), oid, generation: z.int().positive() }).strict();
export type HydrateObjectJob = z.infer<typeof HydrateObjectJob>;

/** Full jitter over `baseMs * 2^attempt`, at most `capMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/** How one queue works. The table below is the only place that says it. */
export interface QueueSpec<Schema extends z.ZodType = z.ZodType> {
  readonly payload: Schema;
  /** Jobs that one worker process runs at once. */
  readonly concurrency: number;
  readonly backoff: Backoff;
  /** Attempts counted in PostgreSQL (a lost queue forgets its own count), then the job becomes a dead letter. */
  readonly attemptsMax: number;
  /** Attempt deadline: `deadlineBaseMs` plus the time the size needs at `deadlineBytesPerSecond`. */
  readonly deadlineBaseMs: number;
  readonly deadlineBytesPerSecond: number;
}

/** One table of queues. */
export const QUEUES = {
  'store-object': {
    payload: StoreObjectJob,
    concurrency: 8,
    backoff: { baseMs: 1_000, capMs: 300_000 },
    attemptsMax: 12,
    deadlineBaseMs: 60_000,
    deadlineBytesPerSecond: 256 * 1024,
  },
  'hydrate-object': {
    payload: HydrateObjectJob,
    concurrency: 8,
    backoff: { baseMs: 500, capMs: 30_000 },
    attemptsMax: 6,
    deadlineBaseMs: 60_000,
    deadlineBytesPerSecond: 256 * 1024,
  },
} as const satisfies Record<string, QueueSpec>;

export type QueueName = keyof typeof QUEUES;
export type JobPayload<Name extends QueueName = QueueName> = z.infer<(typeof QUEUES)[Name]['payload']>;

export const QUEUE_NAMES = Object.keys(QUEUES) as readonly QueueName[];

export const isQueueName = (value: string): value is QueueName => Object.hasOwn(QUEUES, value);

/** `kind-oid-generation`: the same work has the same id, new work of the same object has another. */
export const jobId = (queue: QueueName, { oid, generation }: JobPayload): string => `${queue}-${oid}-${generation}`;

/** Reads a payload from a queue, which is not trusted: `job.malformed` for anything but the exact schema. */
export const parseJob = (queue: QueueName, payload: unknown): JobPayload => {
  const parsed = QUEUES[queue].payload.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new Fault('job.malformed', { queue }, { cause: parsed.error });
};

/** Milliseconds that one attempt at an object of this size may take. */
export const attemptDeadlineMs = (queue: QueueName, sizeBytes: number): number => {
  const { deadlineBaseMs, deadlineBytesPerSecond } = QUEUES[queue];
  return deadlineBaseMs + Math.ceil((sizeBytes / deadlineBytesPerSecond) * 1000);
};

/** Milliseconds before attempt number `attempt + 1`; `random` is in [0, 1). */
export const backoffMs = (queue: QueueName, attempt: number, random: number): number => {
  const { baseMs, capMs } = QUEUES[queue].backoff;
  return Math.round(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30)));
};
