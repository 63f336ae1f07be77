import type { PlacedBlob } from './vault-verification.js';
import type { Oid } from '#domain/oid.js';

/** A placement in force, with the generation of its object. */
export interface PlacedNode extends PlacedBlob {
  readonly generation: number;
}

/**
 * What the catalogue has placed in one vault, asked by node: for who follows what happens in that vault. Also keeps how far
 * that one has got. Faults: `database.unavailable`.
 */
export abstract class PlacedNodes {
  /** Null before the first look. */
  abstract cursor(): Promise<string | null>;
  abstract moveTo(cursor: string): Promise<void>;
  /** Placements of stored objects at any of these nodes. */
  abstract at(nodes: readonly string[]): Promise<readonly PlacedNode[]>;
  /** Those of `nodes` that are folders of ours. */
  abstract folders(nodes: readonly string[]): Promise<ReadonlySet<string>>;
  /** By oid, after `afterOid` for the next page. */
  abstract page(afterOid: Oid | null, limit: number): Promise<readonly PlacedNode[]>;
}
