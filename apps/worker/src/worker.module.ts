import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { HealPlacement } from '#application/heal-placement/heal-placement.js';
import { HydrateObject } from '#application/hydrate-object/hydrate-object.js';
import { LeasedWork } from '#application/leased-work/leased-work.js';
import { ObjectHistory } from '#application/object-history/object-history.js';
import { JobLedger } from '#application/ports/attempts.js';
import { BlobStore } from '#application/ports/blob-store.js';
import { Catalogue } from '#application/ports/catalogue.js';
import { Clock, Random } from '#application/ports/clock.js';
import { Durability } from '#application/ports/durability.js';
import { EventStore } from '#application/ports/event-store.js';
import { HotTier } from '#application/ports/hot-tier.js';
import type { JobConsumer } from '#application/ports/job-queue.js';
import { Leases } from '#application/ports/lease.js';
import { Burial } from '#application/run-job/burial.js';
import { RunJob, type Dice } from '#application/run-job/run-job.js';
import type { TaskRunner } from '#application/run-job/task.js';
import { StoreObject } from '#application/store-object/store-object.js';
import type { QueueName } from '#contracts/jobs/jobs.js';
import { provide, provideAs, valueToken } from '#platform/provide.js';
import type { WorkSettings } from './config.js';
import type { WatchVault } from './vault-watch.js';

/** The ports that the worker is plugged into: real adapters in main.ts, memory in specs. */
export interface WorkerPorts {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly consumer: JobConsumer;
  readonly durability: Durability;
  readonly eventStore: EventStore;
  readonly hotTier: HotTier;
  readonly leases: Leases;
  readonly ledger: JobLedger;
  readonly random: Random;
  readonly vault: BlobStore;
  readonly watchVault?: WatchVault | null;
}

const SETTINGS = valueToken<WorkSettings>('worker settings');
const RUNNERS = valueToken<Readonly<Record<QueueName, TaskRunner>>>('what each queue runs');
const DICE = valueToken<Dice>('dice');
/** A vault stops within a second of its signal; this is for one that does not keep its word. */
const STOP_MS = 5_000;

const portProviders = (ports: WorkerPorts): Provider[] => [
  { provide: BlobStore, useValue: ports.vault },
  { provide: Catalogue, useValue: ports.catalogue },
  { provide: Clock, useValue: ports.clock },
  { provide: Durability, useValue: ports.durability },
  { provide: EventStore, useValue: ports.eventStore },
  { provide: HotTier, useValue: ports.hotTier },
  { provide: JobLedger, useValue: ports.ledger },
  { provide: Leases, useValue: ports.leases },
  { provide: Random, useValue: ports.random },
];

const useCases: Provider[] = [
  provide(ObjectHistory, [EventStore, Durability, Clock]),
  provideAs(
    LeasedWork,
    (leases: Leases, clock: Clock, { leaseMs: ttlMs }: WorkSettings) =>
      new LeasedWork(leases, clock, { ttlMs, stopMs: STOP_MS }),
    [Leases, Clock, SETTINGS],
  ),
  provide(StoreObject, [ObjectHistory, HotTier, BlobStore, LeasedWork]),
  provide(HealPlacement, [ObjectHistory, HotTier]),
  provide(HydrateObject, [Catalogue, HotTier, BlobStore, LeasedWork]),
  provide(Burial, [JobLedger, ObjectHistory]),
  provideAs(
    RUNNERS,
    (storeObject: StoreObject, hydrateObject: HydrateObject) => ({
      'store-object': storeObject,
      'hydrate-object': hydrateObject,
    }),
    [StoreObject, HydrateObject],
  ),
  provideAs(DICE, (clock: Clock, random: Random) => ({ clock, random }), [Clock, Random]),
  provide(RunJob, [RUNNERS, JobLedger, Burial, DICE]),
];

/** The composition of the worker; it decides nothing. */
@Module({})
export class WorkerModule {
  static with(ports: WorkerPorts, settings: WorkSettings): DynamicModule {
    return {
      module: WorkerModule,
      providers: [...portProviders(ports), provideAs(SETTINGS, () => settings, []), ...useCases],
    };
  }
}
