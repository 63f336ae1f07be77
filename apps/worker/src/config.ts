import { queueSettings } from '#adapters/bullmq/queue-settings.js';
import { postgresSettings } from '#adapters/postgres/postgres-settings.js';
import { protonDriveSettings } from '#adapters/proton-drive/proton-drive-settings.js';
import { sealingSettings } from '#adapters/sealing/sealing-settings.js';
import { hotTierSettings } from '#adapters/staging/hot-tier-settings.js';
import { chosenVault, vaultSettings } from '#adapters/vault-choice/vault-settings.js';
import { loggerSettings } from '#platform/logger.js';
import { operationsSettings } from '#platform/operations-server.js';
import { count, duration, readSettings, setting, type SettingsOf } from '#platform/settings.js';
import { telemetrySettings } from '#platform/telemetry.js';
import { z } from 'zod';

const between = (leastMs: number, mostMs: number) => duration.pipe(z.number().min(leastMs).max(mostMs));

const workSettings = {
  drainGraceMs: setting(
    'BALLAST_DRAIN_GRACE',
    'How long running jobs may go on when the worker is told to stop; then they go back to the queue.',
    between(0, 50_000).default(25_000),
  ),
  leaseMs: setting(
    'BALLAST_LEASE',
    'How long an object stays with a worker that died before another takes it over.',
    between(1_000, 300_000).default(30_000),
  ),
  vaultTransfersMax: setting(
    'BALLAST_VAULT_TRANSFERS_MAX',
    'Objects that one worker process moves to and from the vault at once.',
    count(1, 256).default(16),
  ),
  vaultJanitorPeriodMs: setting(
    'BALLAST_VAULT_JANITOR_PERIOD',
    'Rest between two looks for what killed workers left in the vault.',
    between(1_000, 86_400_000).default(600_000),
  ),
  vaultStaleAttemptMs: setting(
    'BALLAST_VAULT_STALE_ATTEMPT_AGE',
    'Time without growth after which an unfinished write in the vault is removed.',
    between(1_000, 604_800_000).default(3_600_000),
  ),
};

export const workerSettings = {
  ...postgresSettings,
  ...queueSettings,
  ...hotTierSettings,
  ...vaultSettings,
  ...protonDriveSettings,
  ...sealingSettings,
  ...workSettings,
  ...operationsSettings,
  ...loggerSettings,
  ...telemetrySettings,
};

export type WorkerSettings = SettingsOf<typeof workerSettings>;
export type WorkSettings = SettingsOf<typeof workSettings>;

/** Reads the settings of the worker; throws ConfigurationError, also for what only several of them together say. */
export const readWorkerSettings = (source?: Parameters<typeof readSettings>[1]): WorkerSettings => {
  const settings = readSettings(workerSettings, source);
  chosenVault(settings);
  return settings;
};
