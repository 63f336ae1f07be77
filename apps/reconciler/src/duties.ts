import type { FindLostWork } from '#application/find-lost-work/find-lost-work.js';
import type { AdoptStrays } from '#application/keep-hot-tier/adopt-strays.js';
import type { EvictStored } from '#application/keep-hot-tier/evict-stored.js';
import type { Clock } from '#application/ports/clock.js';
import type { HotTier } from '#application/ports/hot-tier.js';
import type { Outbox } from '#application/ports/outbox.js';
import type { Projections } from '#application/ports/projections.js';
import type { RedriveRecovered } from '#application/redrive/redrive-recovered.js';
import type { RelayOutbox } from '#application/relay-outbox/relay-outbox.js';
import type { EventContext } from '#domain/event/event.js';
import type { Logger } from '#platform/logger.js';
import { metrics } from '#platform/metrics.js';
import { reached } from '#platform/milestone.js';
import type { DutySettings } from './config.js';
import type { Duty } from './duty.js';
import type { Gauges } from './gauges.js';
import type { VaultGauges } from './vault-gauges.js';

/** What a duty may need beside its own use case. */
export interface DutyOffice {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: DutySettings;
}

const EVENTS_MAX = 500;
const OBJECTS_MAX = 10_000;
/** For as long a message in the outbox is the relay's business; lost work has to be back in the queue within a minute. */
const RELAY_PATIENCE_MS = 30_000;

/** Redriven in one pass: fifty in ten seconds are little beside what a vault takes. */
const LETTERS_MAX = 50;
const AS_RECONCILER: EventContext = {
  correlationId: 'redrive-recovered',
  causationId: null,
  actor: 'service:reconciler',
  traceparent: null,
};

const every =
  ({ clock }: DutyOffice, ms: number) =>
  (signal: AbortSignal): Promise<void> =>
    clock.sleep(ms, signal);

/** Outbox to queue. Any number of relays share the work, so that none has to wait for the lease of one that died. */
export const relayDuty = (relay: RelayOutbox, { settings }: DutyOffice): Duty => ({
  name: 'relay',
  leased: false,
  pass: async (signal) => {
    try {
      const sent = await relay.drain(signal);
      if (sent > 0) metrics.outboxDispatch.inc({ result: 'sent' }, sent);
    } catch (error) {
      metrics.outboxDispatch.inc({ result: 'failed' });
      throw error;
    }
  },
  rest: (signal) => relay.wait(settings.relayPeriodMs, signal),
});

/** Checkpointed projections, up to the present. */
export const projectionsDuty = (projections: Projections, office: DutyOffice): Duty => ({
  name: 'projections',
  leased: true,
  pass: async (signal) => {
    while (!signal.aborted && (await projections.advance(EVENTS_MAX)) > 0);
  },
  rest: every(office, office.settings.projectionsPeriodMs),
});

/** Work that the queue has lost. */
export const lostWorkDuty = (findLostWork: FindLostWork, office: DutyOffice): Duty => ({
  name: 'lost-work',
  leased: true,
  pass: async () => {
    const { compareAfterMs: unstoredForMs } = office.settings;
    const limits = { unstoredForMs, objectsMax: OBJECTS_MAX, relayPatienceMs: RELAY_PATIENCE_MS };
    const { requeued, failed } = await findLostWork.execute(limits, (jobs) => {
      metrics.queueRebuilt.inc({ queue: 'store-object' }, jobs);
      reached('reconciler.lost-requeued', { jobs });
    });
    if (requeued + failed > 0) office.logger.warn({ requeued, failed }, 'the queue had lost work');
  },
  rest: every(office, office.settings.comparePeriodMs),
});

/** Files of the hot tier that crashes left behind: broken attempts go, whole files get their event. */
export const janitorDuty = (hotTier: HotTier, adoptStrays: AdoptStrays, office: DutyOffice): Duty => ({
  name: 'janitor',
  leased: true,
  pass: async (signal) => {
    const { staleAttemptMs, adoptAfterMs } = office.settings;
    const swept = await hotTier.sweepAttempts(staleAttemptMs);
    const unusedSince = new Date(office.clock.now().getTime() - adoptAfterMs);
    const { adopted, corrupt } = await adoptStrays.execute(unusedSince, signal, (oid) =>
      reached('reconciler.stray-adopted', { oid }),
    );
    if (corrupt > 0) metrics.integrityFailures.inc({ where: 'stage' }, corrupt);
    if (swept + adopted + corrupt > 0) office.logger.info({ swept, adopted, corrupt }, 'hot tier tidied');
  },
  rest: every(office, office.settings.janitorPeriodMs),
});

/** Room in the hot tier. */
export const evictionDuty = (evictStored: EvictStored, office: DutyOffice): Duty => ({
  name: 'eviction',
  leased: true,
  pass: async (signal) => {
    const evicted = await evictStored.execute(signal);
    if (evicted === 0) return;
    metrics.cacheEvictions.inc(evicted);
    office.logger.info({ evicted }, 'hot tier made room');
  },
  rest: every(office, office.settings.evictionPeriodMs),
});

/** Messages that have long been sent. */
export const pruningDuty = (outbox: Outbox, office: DutyOffice): Duty => ({
  name: 'outbox-pruning',
  leased: true,
  pass: async () => {
    const pruned = await outbox.prune(office.settings.outboxRetentionMs);
    if (pruned > 0) office.logger.debug({ pruned }, 'old messages removed');
  },
  rest: every(office, office.settings.outboxPrunePeriodMs),
});

/** Jobs that were given up for a cause that has passed since. */
export const redriveDuty = (redrive: RedriveRecovered, office: DutyOffice): Duty => ({
  name: 'redrive-recovered',
  leased: true,
  pass: async () => {
    const redriven = await redrive.execute({ lettersMax: LETTERS_MAX }, AS_RECONCILER, {
      queued: ({ id }) => reached('reconciler.letter-queued', { id }),
      closed: () => reached('reconciler.letter-closed'),
    });
    if (redriven > 0) office.logger.info({ redriven }, 'dead letters of a cause that has passed were redriven');
  },
  rest: every(office, office.settings.redrivePeriodMs),
});

export const gaugesDuty = (gauges: Gauges, vaultGauges: VaultGauges, office: DutyOffice): Duty => ({
  name: 'gauges',
  leased: false,
  pass: async () => {
    await vaultGauges.read();
    await gauges.read();
  },
  rest: every(office, office.settings.gaugesPeriodMs),
});
