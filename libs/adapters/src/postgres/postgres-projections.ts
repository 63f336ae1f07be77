import { BEGINNING } from '#application/ports/event-store.js';
import { Projections, type ProjectionStatus } from '#application/ports/projections.js';
import { Fault } from '#domain/fault/fault.js';
import { step, type CheckpointRow } from './checkpoint-step.js';
import type { Database } from './database.js';
import type { Projection } from './projections/projection.js';
import { CHECKPOINTED, INLINE } from './projections/registry.js';
import { eventsBehind } from './reading-order.js';
import { rebuildCheckpointed, rebuildInline } from './rebuild.js';

/** The projections of `projections/registry.ts`. */
export class PostgresProjections extends Projections {
  constructor(
    private readonly database: Database,
    private readonly checkpointed: readonly Projection[] = CHECKPOINTED,
  ) {
    super();
  }

  override async advance(limit: number): Promise<number> {
    let handled = 0;
    for (const projection of this.checkpointed) handled += (await step(this.database, projection, limit)).handled;
    return handled;
  }

  override async rebuild(name: string, progress: (done: number) => void): Promise<number> {
    const inline = INLINE.find((projection) => projection.name === name);
    if (inline) return rebuildInline(this.database, inline, progress);
    const checkpointed = this.checkpointed.find((projection) => projection.name === name);
    if (checkpointed) return rebuildCheckpointed(this.database, checkpointed, progress);
    const known = [...INLINE, ...this.checkpointed].map((projection) => projection.name).join(', ');
    throw new Fault('projection.absent', { name, known });
  }

  override async status(): Promise<readonly ProjectionStatus[]> {
    const inline = INLINE.map(
      ({ name, version }) => ({ name, version, kind: 'inline', lagEvents: 0, lagMs: 0, stoppedBy: null }) as const,
    );
    return [...inline, ...(await Promise.all(this.checkpointed.map((projection) => this.statusOf(projection))))];
  }

  private async statusOf({ name, version }: Projection): Promise<ProjectionStatus> {
    const [checkpoint] = await this.database.query<CheckpointRow>({
      name: 'checkpoint-read',
      text: 'select version, tx::text, position::text, stopped_by from checkpoints where projection = $1',
      values: [name],
    });
    const [behind] = await this.database.query<{ events: number; oldest: Date | null; now: Date }>(
      eventsBehind(checkpoint ?? BEGINNING),
    );
    const lagMs = behind?.oldest ? Math.max(0, behind.now.getTime() - behind.oldest.getTime()) : 0;
    return {
      name,
      version,
      kind: 'checkpointed',
      lagEvents: behind?.events ?? 0,
      lagMs,
      stoppedBy: checkpoint?.stopped_by ?? null,
    };
  }
}
