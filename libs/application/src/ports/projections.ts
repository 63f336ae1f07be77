/** How far a checkpointed projection is. */
export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly kind: 'inline' | 'checkpointed';
  readonly lagEvents: number;
  readonly lagMs: number;
  /** Why it stopped, when an event could not be handled: it is never skipped. */
  readonly stoppedBy: string | null;
}

/** Checkpointed projections: derived tables that follow the events and can be thrown away and built again. */
export abstract class Projections {
  /** Handles the next events of every checkpointed projection; returns how many were handled. */
  abstract advance(limit: number): Promise<number>;
  /** Empties and replays one projection, inline or checkpointed; reports events done so far. `projection.absent`. */
  abstract rebuild(name: string, progress: (done: number) => void): Promise<number>;
  abstract status(): Promise<readonly ProjectionStatus[]>;
}
