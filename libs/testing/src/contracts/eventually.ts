import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 15_000;

/**
 * Tries until it does not throw. What was committed is read in a safe order only when older transactions of the whole
 * cluster have ended, and other specs have theirs.
 */
export const eventually = async <T>(attempt: () => Promise<T>): Promise<T> => {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(20);
    }
  }
};
