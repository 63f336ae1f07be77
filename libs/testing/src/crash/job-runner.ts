import { HydrateObject } from '#application/hydrate-object/hydrate-object.js';
import { LeasedWork } from '#application/leased-work/leased-work.js';
import { ObjectHistory, storeMessages, type Recording } from '#application/object-history/object-history.js';
import type { BlobStore } from '#application/ports/blob-store.js';
import type { Clock } from '#application/ports/clock.js';
import type { Durability } from '#application/ports/durability.js';
import type { EventStore } from '#application/ports/event-store.js';
import type { HotTier } from '#application/ports/hot-tier.js';
import type { Job, UntrustedJob } from '#application/ports/job-queue.js';
import { Burial } from '#application/run-job/burial.js';
import { RunJob } from '#application/run-job/run-job.js';
import { StoreObject } from '#application/store-object/store-object.js';
import { jobId } from '#contracts/jobs/jobs.js';
import type { Oid } from '#domain/oid.js';
import { chunked, sampleObject, testContext, type MemoryWorld } from '../memory/memory-world.js';
import { poured } from '#testing/memory/poured.js';
import { MortalProcess } from './mortal-process.js';

export const LEASE_TTL_MS = 30_000;

export interface RunnerOptions {
  readonly process?: MortalProcess;
  readonly clock?: Clock;
  readonly vault?: BlobStore;
}

/** A worker over the ports of a world, as the worker app wires it; several over one world are several processes. */
export const jobRunner = (world: MemoryWorld, options: RunnerOptions = {}) => {
  const { process = new MortalProcess(null), clock = world.clock } = options;
  const ledger = process.port(world.ledger);
  const hotTier = process.port(world.hotTier);
  const vault = process.port(options.vault ?? world.vault);
  const objects = new ObjectHistory(process.port(world.events), process.port(world.durability), clock);
  const leased = new LeasedWork(process.port(world.leases), clock, { ttlMs: LEASE_TTL_MS, stopMs: 5_000 });
  const burial = new Burial(ledger, objects);
  const store = new StoreObject(objects, hotTier, vault, leased);
  const hydrate = new HydrateObject(process.port(world.catalogue), hotTier, vault, leased);
  const runners = { 'store-object': store, 'hydrate-object': hydrate };
  const runJob = new RunJob(runners, ledger, burial, { clock, random: world.random });
  return { runJob, burial, objects };
};

export const storeJob = (oid: Oid, generation = 1): Job & UntrustedJob => {
  const payload = { v: 1, oid, generation } as const;
  const id = jobId('store-object', payload);
  return { id, queue: 'store-object', payload, correlationId: 'request', traceparent: null };
};

export const hydrateJob = (oid: Oid, generation = 1): Job & UntrustedJob => {
  const payload = { v: 1, oid, generation } as const;
  const id = jobId('hydrate-object', payload);
  return { id, queue: 'hydrate-object', payload, correlationId: 'request', traceparent: null };
};

interface StagingPorts {
  readonly hotTier: HotTier;
  readonly eventStore: EventStore;
  readonly durability: Durability;
  readonly clock: Clock;
}

/** An uploaded object: its bytes in the hot tier, its event in the store, and what `messages` says in the outbox. */
export const stageThrough = async (
  { hotTier, eventStore, durability, clock }: StagingPorts,
  sample: ReturnType<typeof sampleObject>,
  messages: NonNullable<Recording['messages']> = storeMessages,
) => {
  const file = await hotTier.receive(sample, poured(chunked(sample.bytes)), new AbortController().signal);
  const objects = new ObjectHistory(eventStore, durability, clock);
  await objects.record({ type: 'Stage', ...file, adopted: false }, { context: testContext, messages });
  return sample;
};

export const stageSample = (world: MemoryWorld, size = 1_000, seed = 1) => {
  const { hotTier, events: eventStore, durability, clock } = world;
  return stageThrough({ hotTier, eventStore, durability, clock }, sampleObject(size, seed));
};
