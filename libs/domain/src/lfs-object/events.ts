import type { Event } from '../event/event.js';
import type { FaultCode } from '../fault/faults.js';
import type { Oid, Sha1 } from '../oid.js';

/** Where a vault keeps an object: opaque to all but that vault. */
export type Locator = Readonly<Record<string, string | number>>;

/** What a vault says it holds after a put: the proof kept with the placement. */
export interface Receipt {
  readonly vault: string;
  readonly locator: Locator;
  readonly sizeBytes: number;
  /** Bytes as the vault holds them (encryption adds some). */
  readonly storedBytes: number;
  readonly sha1: Sha1 | null;
  /** How deep the vault's copy was checked before it was recorded. */
  readonly verified: 'listed' | 'metadata' | 'sampled' | 'full';
}

/** The bytes are on the hot tier's disk, hashed and synced. `generation` counts how often the object had to be staged or redriven. */
export type ObjectStaged = Event<
  'ObjectStaged',
  { oid: Oid; sizeBytes: number; sha1: Sha1; generation: number; adopted: boolean; at: string }
>;

/** A vault holds the bytes and has been checked: from here on a push may be told success. */
export type ObjectStored = Event<'ObjectStored', { oid: Oid; generation: number; receipt: Receipt; at: string }>;

/** Storing was given up for a reason that more attempts would not change, or after the last attempt. */
export type StoreFailed = Event<'StoreFailed', { oid: Oid; generation: number; code: FaultCode; at: string }>;

/** Another round of attempts: an operator asked for it, or a vault lost its copy while the hot tier still holds the bytes. */
export type StoreRedriven = Event<'StoreRedriven', { oid: Oid; generation: number; at: string }>;

/** The vault no longer holds what it was recorded to hold, and not by our doing. */
export type PlacementLost = Event<
  'PlacementLost',
  { oid: Oid; vault: string; generation: number; reason: FaultCode; at: string }
>;

export type LfsObjectEvent = ObjectStaged | ObjectStored | StoreFailed | StoreRedriven | PlacementLost;
