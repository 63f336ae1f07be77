import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { FindLostWork } from '#application/find-lost-work/find-lost-work.js';
import { AdoptStrays } from '#application/keep-hot-tier/adopt-strays.js';
import { EvictStored } from '#application/keep-hot-tier/evict-stored.js';
import { LeasedWork } from '#application/leased-work/leased-work.js';
import { ObjectHistory } from '#application/object-history/object-history.js';
import { JobLedger } from '#application/ports/attempts.js';
import { Catalogue } from '#application/ports/catalogue.js';
import { Clock } from '#application/ports/clock.js';
import { Durability } from '#application/ports/durability.js';
import { EventStore } from '#application/ports/event-store.js';
import { HotTier } from '#application/ports/hot-tier.js';
import { JobQueue } from '#application/ports/job-queue.js';
import { Leases } from '#application/ports/lease.js';
import { Outbox } from '#application/ports/outbox.js';
import { Projections } from '#application/ports/projections.js';
import { Statistics } from '#application/ports/statistics.js';
import { VaultConditions } from '#application/ports/vault-conditions.js';
import { RedriveDeadLetters } from '#application/redrive/redrive-dead-letters.js';
import { RedriveRecovered } from '#application/redrive/redrive-recovered.js';
import { RelayOutbox } from '#application/relay-outbox/relay-outbox.js';
import { Burial } from '#application/run-job/burial.js';
import { VaultHistory } from '#application/vault-breaker/vault-history.js';
import type { Logger } from '#platform/logger.js';
import { provide, provideAs, valueToken } from '#platform/provide.js';
import type { DutySettings } from './config.js';
import {
  evictionDuty,
  gaugesDuty,
  janitorDuty,
  lostWorkDuty,
  projectionsDuty,
  pruningDuty,
  redriveDuty,
  relayDuty,
  type DutyOffice,
} from './duties.js';
import type { Duty } from './duty.js';
import { Gauges } from './gauges.js';
import { RelayedQueue } from './relayed-queue.js';
import { VaultGauges } from './vault-gauges.js';

/** The ports that the reconciler is plugged into: real adapters in main.ts, memory in specs. */
export interface ReconcilerPorts {
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly durability: Durability;
  readonly eventStore: EventStore;
  readonly hotTier: HotTier;
  readonly leases: Leases;
  readonly ledger: JobLedger;
  readonly outbox: Outbox;
  readonly projections: Projections;
  readonly queue: JobQueue;
  readonly statistics: Statistics;
  /** Id of the configured vault. */
  readonly vault: string;
  readonly vaultConditions: VaultConditions;
}

export interface ReconcilerSetup {
  readonly ports: ReconcilerPorts;
  readonly settings: DutySettings & { readonly hotTierFreeFloorBytes: number };
  readonly logger: Logger;
}

/** All that this reconciler is to do. */
export const DUTIES = valueToken<readonly Duty[]>('duties');

const OFFICE = valueToken<DutyOffice>('office of the duties');
const SETTINGS = valueToken<ReconcilerSetup['settings']>('reconciler settings');
const MESSAGES_MAX = 200;
const STOP_MS = 5_000;

const portProviders = (ports: ReconcilerPorts): Provider[] => [
  { provide: Catalogue, useValue: ports.catalogue },
  { provide: Clock, useValue: ports.clock },
  { provide: Durability, useValue: ports.durability },
  { provide: EventStore, useValue: ports.eventStore },
  { provide: HotTier, useValue: ports.hotTier },
  { provide: JobLedger, useValue: ports.ledger },
  { provide: JobQueue, useValue: ports.queue },
  { provide: Leases, useValue: ports.leases },
  { provide: Outbox, useValue: ports.outbox },
  { provide: Projections, useValue: ports.projections },
  { provide: Statistics, useValue: ports.statistics },
  { provide: VaultConditions, useValue: ports.vaultConditions },
  provideAs(VaultHistory, (events: EventStore, clock: Clock) => new VaultHistory(events, clock, ports.vault), [
    EventStore,
    Clock,
  ]),
];

const useCases: Provider[] = [
  provide(ObjectHistory, [EventStore, Durability, Clock]),
  provide(Burial, [JobLedger, ObjectHistory]),
  provide(FindLostWork, [Catalogue, JobQueue, Outbox, Burial]),
  provide(AdoptStrays, [HotTier, Catalogue, ObjectHistory]),
  provide(RedriveDeadLetters, [JobLedger, EventStore, Outbox, Clock]),
  provide(RedriveRecovered, [JobLedger, VaultHistory, RedriveDeadLetters]),
  provide(VaultGauges, [VaultConditions, Clock]),
  provide(Gauges, [Statistics, JobQueue, Projections, HotTier]),
  provideAs(
    EvictStored,
    (hotTier: HotTier, catalogue: Catalogue, { hotTierFreeFloorBytes: freeFloorBytes }: ReconcilerSetup['settings']) =>
      new EvictStored(hotTier, catalogue, { freeFloorBytes }),
    [HotTier, Catalogue, SETTINGS],
  ),
  provideAs(
    RelayOutbox,
    (outbox: Outbox, queue: JobQueue, { relayClaimMs: claimMs }: ReconcilerSetup['settings']) =>
      new RelayOutbox(outbox, new RelayedQueue(queue), { messagesMax: MESSAGES_MAX, claimMs }),
    [Outbox, JobQueue, SETTINGS],
  ),
  provideAs(
    LeasedWork,
    (leases: Leases, clock: Clock, { dutyLeaseMs: ttlMs }: ReconcilerSetup['settings']) =>
      new LeasedWork(leases, clock, { ttlMs, stopMs: STOP_MS }),
    [Leases, Clock, SETTINGS],
  ),
];

/** A token for each duty, so that each says itself what it needs. */
const duty = <Args extends unknown[]>(
  make: (...args: Args) => Duty,
  needs: Parameters<typeof provideAs<Args, Duty>>[2],
) => {
  const token = valueToken<Duty>('duty');
  return { token, provider: provideAs(token, make, needs) };
};

const duties = [
  duty(relayDuty, [RelayOutbox, OFFICE]),
  duty(projectionsDuty, [Projections, OFFICE]),
  duty(lostWorkDuty, [FindLostWork, OFFICE]),
  duty(janitorDuty, [HotTier, AdoptStrays, OFFICE]),
  duty(evictionDuty, [EvictStored, OFFICE]),
  duty(pruningDuty, [Outbox, OFFICE]),
  duty(redriveDuty, [RedriveRecovered, OFFICE]),
  duty(gaugesDuty, [Gauges, VaultGauges, OFFICE]),
];

/** The composition of the reconciler; it decides nothing. */
@Module({})
export class ReconcilerModule {
  static with({ ports, settings, logger }: ReconcilerSetup): DynamicModule {
    const office: DutyOffice = { clock: ports.clock, logger, settings };
    return {
      module: ReconcilerModule,
      providers: [
        ...portProviders(ports),
        provideAs(SETTINGS, () => settings, []),
        provideAs(OFFICE, () => office, []),
        ...useCases,
        ...duties.map(({ provider }) => provider),
        provideAs(
          DUTIES,
          (...all: Duty[]) => all,
          duties.map(({ token }) => token),
        ),
      ],
    };
  }
}
