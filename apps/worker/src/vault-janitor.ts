import type { BlobStore } from '#application/ports/blob-store.js';
import type { Logger } from '#platform/logger.js';
import type { WorkSettings } from './config.js';

type JanitorSettings = Pick<WorkSettings, 'vaultJanitorPeriodMs' | 'vaultStaleAttemptMs'>;

/** Removes what killed workers left in the vault, at once and then from time to time. Returns what ends it. */
export const startVaultJanitor = (vault: BlobStore, settings: JanitorSettings, logger: Logger): (() => void) => {
  const sweep = (): void => {
    vault.sweepAttempts(settings.vaultStaleAttemptMs).then(
      (removed) => removed > 0 && logger.info({ removed }, 'unfinished writes removed from the vault'),
      (error: unknown) => logger.warn({ err: error }, 'the vault could not be swept, trying again later'),
    );
  };
  sweep();
  const timer = setInterval(sweep, settings.vaultJanitorPeriodMs).unref();
  return () => clearInterval(timer);
};
