import { channel } from 'node:diagnostics_channel';

/**
 * Points of the write path between two side effects. A running service says that it reached one; nobody listens, which
 * costs a function call. Crash drills subscribe from a preload of their own (`test/`), so that no failpoint is in the build.
 */
export const MILESTONES = [
  'gateway.body-half',
  'gateway.attempt-synced',
  'gateway.renamed',
  'gateway.staged-committed',
  'relay.added',
  'worker.before-put',
  'worker.put-begun',
  'worker.mid-blocks',
  'worker.put-committed',
  'worker.stored-committed',
  'worker.hydrate-half',
  'worker.before-draft-removed',
  'worker.draft-removed',
  'worker.placement-mended',
  'reconciler.lost-requeued',
  'reconciler.letter-queued',
  'reconciler.letter-closed',
  'reconciler.stray-adopted',
] as const;

export type Milestone = (typeof MILESTONES)[number];

const channels = new Map(MILESTONES.map((name) => [name, channel(`ballast:${name}`)]));

export const reached = (name: Milestone, facts: Readonly<Record<string, unknown>> = {}): void => {
  const subscribers = channels.get(name);
  if (subscribers?.hasSubscribers) subscribers.publish(facts);
};
