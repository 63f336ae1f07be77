import type { Clock } from '#application/ports/clock.js';
import type { ForkLogin } from '#application/ports/vault-account.js';
import type { VaultSession } from '#application/ports/vault-sessions.js';
import { Fault, isFault } from '#domain/fault/fault.js';

export interface Patience {
  readonly everyMs: number;
  readonly mostMs: number;
}

/** As often and as long as Proton's own command line asks. */
export const FORK_PATIENCE: Patience = { everyMs: 5_000, mostMs: 10 * 60_000 };

/**
 * Asks until the account's owner has agreed. A connection that is lost for a moment does not end the wait, since the owner
 * may be on the page already. Faults: `vault.login-refused` (reason `timeout`) after ten minutes; what the provider refuses.
 */
export const waitForFork = async (
  fork: ForkLogin,
  clock: Clock,
  signal: AbortSignal,
  { everyMs, mostMs }: Patience = FORK_PATIENCE,
): Promise<VaultSession> => {
  const until = clock.now().getTime() + mostMs;
  while (clock.now().getTime() < until) {
    await clock.sleep(everyMs, signal);
    signal.throwIfAborted();
    const session = await takeOrWait(fork, clock, signal);
    if (session !== null) return session;
  }
  throw new Fault('vault.login-refused', { reason: 'timeout' });
};

const PAUSE_MOST_MS = 60_000;

const takeOrWait = async (fork: ForkLogin, clock: Clock, signal: AbortSignal): Promise<VaultSession | null> => {
  try {
    return await fork.take();
  } catch (error) {
    if (isFault(error, 'vault.unavailable')) return null;
    if (!isFault(error, 'vault.throttled')) throw error;
    await clock.sleep(Math.min(Number(error.facts['retryAfterMs'] ?? 0), PAUSE_MOST_MS), signal);
    return null;
  }
};
