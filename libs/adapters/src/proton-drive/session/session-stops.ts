import { Fault, isFault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { STOP_RULES, type Stop, type StopCause } from '#domain/vault/vault.js';

/** The fleet's breakers, as the keeper of the session needs them. */
export interface SessionBreaker {
  /** As committed, not as cached: asked before a call that must not be made twice. */
  stops(): Promise<readonly Stop[]>;
  /** Resolves once it is in force. Idempotent. */
  stop(cause: StopCause, detail: string): Promise<void>;
}

/** Why only a person can go on. */
export type Ended = 'no-session' | 'child-refused' | 'parent-refused' | 'fork-refused';

const CAUSES: Readonly<Partial<Record<FaultCode, StopCause>>> = {
  'vault.human-verification': 'human-verification',
  'vault.abuse-blocked': 'abuse-block',
  'vault.outdated': 'requirements',
};

/** Stops the fleet over what Proton answered, and over a session that has ended for good. */
export class SessionStops {
  constructor(private readonly breaker: SessionBreaker) {}

  /** Rejects with the fault of a stop that waits for a person: nothing is to be sent while one is in force. */
  async refuseIfStopped(): Promise<void> {
    for (const { cause, detail } of await this.breaker.stops()) {
      const { code, needsOperator } = STOP_RULES[cause];
      if (needsOperator) throw new Fault(code, { reason: 'stopped', detail });
    }
  }

  /** Opens the breaker that a failure is about, where it is about one. */
  async note(error: unknown): Promise<void> {
    const cause = isFault(error) ? CAUSES[error.code] : undefined;
    if (cause === undefined || !isFault(error)) return;
    await this.breaker.stop(cause, String(error.facts['code'] ?? error.facts['reason'] ?? error.code));
  }

  async ended(detail: Ended): Promise<never> {
    await this.breaker.stop('session', detail);
    throw new Fault('vault.session-refused', { reason: detail });
  }
}
