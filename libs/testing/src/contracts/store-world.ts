import type { JobLedger } from '#application/ports/attempts.js';
import type { Catalogue } from '#application/ports/catalogue.js';
import type { Durability } from '#application/ports/durability.js';
import type { EventStore } from '#application/ports/event-store.js';
import type { Leases } from '#application/ports/lease.js';
import type { Outbox } from '#application/ports/outbox.js';
import type { Tokens } from '#application/ports/tokens.js';

/** The ports over one database, as the contract suites use them. */
export interface StoreWorld {
  readonly events: EventStore;
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly catalogue: Catalogue;
  readonly ledger: JobLedger;
  readonly tokens: Tokens;
  readonly durability: Durability;
  /** Lets time pass as the database sees it. */
  elapse(ms: number): Promise<void>;
  dispose(): Promise<void>;
}

/** Makes an empty world for one test. */
export type MakeWorld = () => Promise<StoreWorld>;

/** A world around each test of a suite; read it inside a test only. */
export const useWorld = (make: MakeWorld): (() => StoreWorld) => {
  let world: StoreWorld | undefined;
  beforeEach(async () => {
    world = await make();
  });
  afterEach(async () => {
    await world?.dispose();
    world = undefined;
  });
  return () => {
    if (!world) throw new Error('the world exists only inside a test');
    return world;
  };
};
