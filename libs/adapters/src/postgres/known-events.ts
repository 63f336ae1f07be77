import type { EventType } from '#domain/event/domain-event.js';

const KNOWN = {
  ObjectStaged: true,
  ObjectStored: true,
  StoreFailed: true,
  StoreRedriven: true,
  PlacementLost: true,
  ObjectLinked: true,
  RepositoryCreated: true,
  AckModeSet: true,
  TokenIssued: true,
  TokenRevoked: true,
  BreakerOpened: true,
  BreakerClosed: true,
  SessionOpened: true,
  SessionClosed: true,
} as const satisfies Record<EventType, true>;

/** Every event type of this build; the compiler refuses a table with one missing. */
export const KNOWN_EVENTS: ReadonlySet<string> = new Set(Object.keys(KNOWN));
