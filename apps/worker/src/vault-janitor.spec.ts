import { jest } from '@jest/globals';
import { MemoryBlobStore } from '#testing/memory/memory-blob-store.js';
import { createLogger } from '#platform/logger.js';
import { startVaultJanitor } from './vault-janitor.js';

const SETTINGS = { vaultJanitorPeriodMs: 1_000, vaultStaleAttemptMs: 5_000 };

describe('the janitor of the vault', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('sweeps at its start and after each period, through failures, until it is stopped', async () => {
    const vault = new MemoryBlobStore();
    const sweep = jest.spyOn(vault, 'sweepAttempts').mockRejectedValueOnce(new Error('away'));
    const stop = startVaultJanitor(vault, SETTINGS, createLogger('spec', { logLevel: 'silent' }));
    expect(sweep).toHaveBeenCalledWith(5_000);
    await jest.advanceTimersByTimeAsync(2_500);
    expect(sweep).toHaveBeenCalledTimes(3);
    stop();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(sweep).toHaveBeenCalledTimes(3);
  });
});
