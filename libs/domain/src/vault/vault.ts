import type { Event, StreamName } from '../event/event.js';
import { Fault } from '../fault/fault.js';
import type { FaultCode } from '../fault/faults.js';

/**
 * What stops the whole fleet from calling a vault (docs/adr/0010-the-state-of-a-vault-is-the-fleets.md). Each cause is a
 * breaker of its own: an outage that ends by itself must not close one that waits for a person.
 */
export type StopCause = 'abuse-block' | 'human-verification' | 'session' | 'requirements' | 'quota' | 'outage';

interface StopRule {
  /** The fault of every call that is not made because of it. */
  readonly code: FaultCode;
  /** True when only a person can end it; the others are probed once their time is up. */
  readonly needsOperator: boolean;
}

export const STOP_RULES = {
  'abuse-block': { code: 'vault.abuse-blocked', needsOperator: true },
  'human-verification': { code: 'vault.human-verification', needsOperator: true },
  session: { code: 'vault.session-refused', needsOperator: true },
  requirements: { code: 'vault.outdated', needsOperator: true },
  quota: { code: 'vault.quota-exceeded', needsOperator: false },
  outage: { code: 'vault.outage', needsOperator: false },
} as const satisfies Record<StopCause, StopRule>;

export const STOP_CAUSES = Object.keys(STOP_RULES) as readonly StopCause[];

/** `until`: when a probe may be made; null waits for the operator. */
export type BreakerOpened = Event<
  'BreakerOpened',
  { vault: string; cause: StopCause; detail: string; until: string | null; at: string }
>;
export type BreakerClosed = Event<
  'BreakerClosed',
  { vault: string; cause: StopCause; by: 'operator' | 'login' | 'probe'; at: string }
>;
/** An account was connected. `way` tells how; neither account name nor any token is in an event. */
export type SessionOpened = Event<'SessionOpened', { vault: string; way: 'fork' | 'password'; at: string }>;
export type SessionClosed = Event<'SessionClosed', { vault: string; reason: string; at: string }>;

export type VaultEvent = BreakerOpened | BreakerClosed | SessionOpened | SessionClosed;

export interface Stop {
  readonly cause: StopCause;
  /** Closed vocabulary or an API code, never free text of a server. */
  readonly detail: string;
  /** When it opened; moving `until` does not change it. */
  readonly openedAt: string;
  readonly until: string | null;
}

/** Which stops are in force, by cause. */
export type VaultState = ReadonlyMap<StopCause, Stop>;

export const initialVault: VaultState = new Map();

export type VaultCommand =
  | { readonly type: 'Stop'; readonly cause: StopCause; readonly detail: string; readonly until: string | null }
  | { readonly type: 'Resume'; readonly cause: StopCause; readonly by: BreakerClosed['data']['by'] }
  | { readonly type: 'OpenSession'; readonly way: SessionOpened['data']['way'] }
  | { readonly type: 'CloseSession'; readonly reason: string };

export const vaultStream = (vault: string): StreamName => `vault-${vault}`;

export const evolveVault = (state: VaultState, event: VaultEvent): VaultState => {
  switch (event.type) {
    case 'BreakerOpened': {
      const { cause, detail, until, at } = event.data;
      return new Map(state).set(cause, { cause, detail, until, openedAt: state.get(cause)?.openedAt ?? at });
    }
    case 'BreakerClosed': {
      const next = new Map(state);
      next.delete(event.data.cause);
      return next;
    }
    case 'SessionOpened':
    case 'SessionClosed':
      return state;
  }
};

/**
 * - Stop: opens a breaker; one that is open is only moved to a later time, so that a hundred failing calls make one event.
 * - Resume: closes an open breaker; a probe cannot close one that waits for the operator.
 * - OpenSession: a new login also ends what only a login could end.
 */
export const decideVault = (
  vault: string,
  state: VaultState,
  { command, at }: { readonly command: VaultCommand; readonly at: string },
): readonly VaultEvent[] => {
  switch (command.type) {
    case 'Stop': {
      const { cause, detail, until } = command;
      const open = state.get(cause);
      if (open && (open.until === null || until === null || until <= open.until)) return [];
      return [{ type: 'BreakerOpened', schema: 1, data: { vault, cause, detail, until, at } }];
    }
    case 'Resume':
      return state.has(command.cause) && !(command.by === 'probe' && STOP_RULES[command.cause].needsOperator)
        ? [closed(vault, command.cause, { by: command.by, at })]
        : [];
    case 'OpenSession':
      return [
        { type: 'SessionOpened', schema: 1, data: { vault, way: command.way, at } },
        ...ENDED_BY_LOGIN.filter((cause) => state.has(cause)).map((cause) => closed(vault, cause, { by: 'login', at })),
      ];
    case 'CloseSession':
      return [{ type: 'SessionClosed', schema: 1, data: { vault, reason: command.reason, at } }];
  }
};

/** The stop that tells most: those that wait for a person first, then in the order of STOP_RULES. Null when none is in force. */
export const gravest = (stops: Iterable<Stop>): Stop | null => {
  const byCause = new Map([...stops].map((stop) => [stop.cause, stop]));
  const ordered = STOP_CAUSES.toSorted((a, b) => Number(needsOperator(b)) - Number(needsOperator(a)));
  return ordered.map((cause) => byCause.get(cause)).find((stop) => stop !== undefined) ?? null;
};

export const needsOperator = (cause: StopCause): boolean => STOP_RULES[cause].needsOperator;

/** What a call that is not made because of a stop ends with. */
export const faultOfStop = ({ cause, detail, openedAt }: Stop): Fault =>
  new Fault(STOP_RULES[cause].code, { detail, since: openedAt });

/** The stops under which a call would only do harm or be in vain, so that nobody should be made to wait for it. */
export const isLasting = ({ cause }: Pick<Stop, 'cause'>): boolean => needsOperator(cause) || cause === 'quota';

const ENDED_BY_LOGIN: readonly StopCause[] = ['session', 'human-verification'];

const closed = (
  vault: string,
  cause: StopCause,
  { by, at }: { readonly by: BreakerClosed['data']['by']; readonly at: string },
): BreakerClosed => ({ type: 'BreakerClosed', schema: 1, data: { vault, cause, by, at } });
