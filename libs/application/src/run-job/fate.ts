import { backoffMs, QUEUES, type QueueName } from '#contracts/jobs/jobs.js';
import { Fault } from '#domain/fault/fault.js';
import type { FaultCode, FaultKind } from '#domain/fault/faults.js';

/** What becomes of a job after a failed attempt. `counted: false` gives the attempt back. */
export type Fate =
  | { readonly fate: 'retry'; readonly delayMs: number; readonly counted: boolean }
  | { readonly fate: 'dead' }
  /** There is nothing left to do: the work is gone or never was. */
  | { readonly fate: 'drop' };

export interface FailedAttempt {
  readonly queue: QueueName;
  readonly error: unknown;
  /** From 1. */
  readonly attempt: number;
  /** In [0, 1). */
  readonly random: number;
}

type Policy = (failed: FailedAttempt) => Fate;

const dead: Policy = () => ({ fate: 'dead' });
const drop: Policy = () => ({ fate: 'drop' });

/** Retries at most `attemptsMax` times, and never more often than the queue allows. */
const upTo =
  (attemptsMax: number, delayMs: (failed: FailedAttempt) => number): Policy =>
  (failed) =>
    failed.attempt >= Math.min(attemptsMax, QUEUES[failed.queue].attemptsMax)
      ? { fate: 'dead' }
      : { fate: 'retry', delayMs: delayMs(failed), counted: true };

/** Retries for as long as it takes: not the job's fault. */
const uncounted =
  (delayMs: (failed: FailedAttempt) => number): Policy =>
  (failed) => ({ fate: 'retry', delayMs: delayMs(failed), counted: false });

const fullJitter = ({ queue, attempt, random }: FailedAttempt): number => backoffMs(queue, attempt, random);
const between =
  (leastMs: number, mostMs: number) =>
  ({ random }: FailedAttempt): number =>
    Math.round(leastMs + random * (mostMs - leastMs));

const LONGEST_PAUSE_MS = 600_000;

/** As long as the other side asked for, at least ten seconds; after ten minutes it is asked again. */
const asAsked = (failed: FailedAttempt): number => {
  const asked = failed.error instanceof Fault ? failed.error.facts['retryAfterMs'] : undefined;
  const askedMs = Math.min(typeof asked === 'number' ? asked : 0, LONGEST_PAUSE_MS);
  return Math.max(askedMs, between(10_000, 20_000)(failed));
};

const backoff = upTo(Infinity, fullJitter);

/** What each kind of fault means for a job. */
const KINDS = {
  invalid: dead,
  unauthenticated: dead,
  forbidden: dead,
  'not-found': drop,
  gone: drop,
  conflict: backoff,
  'too-large': dead,
  unsupported: dead,
  throttled: uncounted(asAsked),
  unavailable: backoff,
  // Space comes back slowly or not at all: a few looks in two minutes, so that a waiting push is told why it fails.
  exhausted: upTo(5, between(15_000, 30_000)),
  corrupt: upTo(3, fullJitter),
  bug: dead,
} as const satisfies Record<FaultKind, Policy>;

/** The vault is stopped for all jobs alike: each looks again from time to time, without a call to the vault. */
const parked = uncounted(between(15_000, 30_000));

/** Codes that mean something else to a job than their kind says. */
const CODES: Readonly<Partial<Record<FaultCode, Policy>>> = {
  'lease.held': uncounted(between(2_000, 5_000)),
  'lease.lost': uncounted(between(2_000, 5_000)),
  'service.draining': uncounted(() => 0),
  'database.unavailable': uncounted(between(1_000, 5_000)),
  // The catalogue says that this vault holds it: either the vault is mistaken for a moment, or bytes are missing.
  'vault.absent': upTo(3, fullJitter),
  'vault.outage': parked,
  'vault.quota-exceeded': parked,
  'vault.abuse-blocked': parked,
  'vault.human-verification': parked,
  'vault.session-refused': parked,
  'vault.outdated': parked,
  // Of the worker's configuration, not of any job.
  'vault.keys-unusable': parked,
  'vault.other-account': parked,
  // Reading it again would decrypt the same: somebody has to look at it.
  'vault.undecryptable': dead,
  'vault.unexpected': upTo(3, fullJitter),
};

/** Decides by the table alone. What is no Fault is retried like an unavailable service, to the queue's cap. */
export const decideFate = (failed: FailedAttempt): Fate => {
  if (!(failed.error instanceof Fault)) return backoff(failed);
  return (CODES[failed.error.code] ?? KINDS[failed.error.kind])(failed);
};
