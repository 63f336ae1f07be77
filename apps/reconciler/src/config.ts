import { queueSettings } from '#adapters/bullmq/queue-settings.js';
import { postgresSettings } from '#adapters/postgres/postgres-settings.js';
import { hotTierSettings } from '#adapters/staging/hot-tier-settings.js';
import { vaultSettings } from '#adapters/vault-choice/vault-settings.js';
import { loggerSettings } from '#platform/logger.js';
import { operationsSettings } from '#platform/operations-server.js';
import { duration, setting, type SettingsOf } from '#platform/settings.js';
import { telemetrySettings } from '#platform/telemetry.js';
import { z } from 'zod';

/** Long enough not to spin, short enough for a timer. */
const period = duration.pipe(z.number().min(10, 'at least 10ms').max(86_400_000, 'at most 1d'));

const dutySettings = {
  dutyLeaseMs: setting(
    'BALLAST_DUTY_LEASE',
    'How long a duty stays with a reconciler that died before another takes it over.',
    period.prefault('15s'),
  ),
  relayPeriodMs: setting(
    'BALLAST_RELAY_PERIOD',
    'Longest rest of the outbox relay; a commit wakes it sooner.',
    period.prefault('5s'),
  ),
  relayClaimMs: setting(
    'BALLAST_RELAY_CLAIM',
    'When messages that a relay took and did not send may be taken again.',
    period.prefault('5s'),
  ),
  projectionsPeriodMs: setting(
    'BALLAST_PROJECTIONS_PERIOD',
    'Rest between two looks of the projections for new events.',
    period.prefault('250ms'),
  ),
  comparePeriodMs: setting(
    'BALLAST_COMPARE_PERIOD',
    'Rest between two searches for work that the queue has lost.',
    period.prefault('5s'),
  ),
  compareAfterMs: setting(
    'BALLAST_COMPARE_AFTER',
    'Age from which an object that is not stored must have a job in the queue.',
    period.prefault('5s'),
  ),
  janitorPeriodMs: setting(
    'BALLAST_JANITOR_PERIOD',
    'Rest between two rounds through the files of the hot tier.',
    period.prefault('60s'),
  ),
  adoptAfterMs: setting(
    'BALLAST_ADOPT_AFTER',
    'Age from which an uploaded file without an event is adopted; a younger one may belong to a running upload.',
    period.prefault('30s'),
  ),
  staleAttemptMs: setting(
    'BALLAST_STALE_ATTEMPT_AGE',
    'Time without growth after which the file of a broken upload is removed.',
    period.prefault('1h'),
  ),
  evictionPeriodMs: setting(
    'BALLAST_EVICTION_PERIOD',
    'Rest between two looks whether the hot tier needs room.',
    period.prefault('5s'),
  ),
  outboxRetentionMs: setting(
    'BALLAST_OUTBOX_RETENTION',
    'How long messages that were sent are kept to look back on.',
    duration.prefault('1d'),
  ),
  outboxPrunePeriodMs: setting(
    'BALLAST_OUTBOX_PRUNE_PERIOD',
    'Rest between two removals of old messages.',
    period.prefault('10m'),
  ),
  redrivePeriodMs: setting(
    'BALLAST_REDRIVE_PERIOD',
    'Rest between two looks for dead letters whose cause has passed; fifty are redriven at most each time.',
    period.prefault('10s'),
  ),
  gaugesPeriodMs: setting(
    'BALLAST_GAUGES_PERIOD',
    'Rest between two readings of the numbers that /metrics shows.',
    period.prefault('10s'),
  ),
};

/** Every setting of this process, as one table. */
export const reconcilerSettings = {
  ...postgresSettings,
  ...queueSettings,
  ...hotTierSettings,
  // Its name only: the reconciler never opens the vault.
  vaultKind: vaultSettings.vaultKind,
  vaultId: vaultSettings.vaultId,
  ...dutySettings,
  ...operationsSettings,
  ...loggerSettings,
  ...telemetrySettings,
};

export type ReconcilerSettings = SettingsOf<typeof reconcilerSettings>;
export type DutySettings = SettingsOf<typeof dutySettings>;
