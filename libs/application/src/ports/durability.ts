import type { Oid } from '#domain/oid.js';

/** Tells waiters that objects left the staged state. */
export abstract class Durability {
  /**
   * Resolves with true once none of `oids` is staged any more (stored or failed), with false after `timeoutMs` or at the
   * signal. Thousands of waits share one poll of the database; notifications only make it quicker.
   */
  abstract settled(oids: readonly Oid[], timeoutMs: number, signal: AbortSignal): Promise<boolean>;

  /** A hint to all waiters that this object changed; sent after the commit, may get lost. */
  abstract announce(oid: Oid): void;
}
