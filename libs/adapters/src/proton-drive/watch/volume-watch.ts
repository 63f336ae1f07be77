import type { LeasedWork } from '#application/leased-work/leased-work.js';
import type { Clock } from '#application/ports/clock.js';
import type { PlacedNodes } from '#application/ports/placed-nodes.js';
import { isFault } from '#domain/fault/fault.js';
import type { Oid } from '#domain/oid.js';
import type { Logger } from '#platform/logger.js';
import type { Drive } from '../drive.js';
import type { ChangedNodes } from './changed-nodes.js';
import type { PlacementRepair } from './placement-repair.js';

/** Ten requests of L0. */
const PAGE = 1_000;
/** Between two pages: a look at everything must not take the requests from those who wait for an object. */
const PAGE_REST_MS = 1_000;
/** A leader gives others a chance once a day. */
const TERM_MS = 86_400_000;
/** In one round: what goes on for longer is followed in the next one. */
const EVENT_PAGES_MAX = 1_000;

export interface WatchDeps {
  readonly drive: Drive;
  readonly placed: PlacedNodes;
  readonly changed: ChangedNodes;
  readonly repair: PlacementRepair;
  readonly leased: LeasedWork;
  readonly clock: Clock;
}

/**
 * Follows what happens to the volume, and has what others did to objects of ours mended. One worker of the fleet does; the
 * others stand by. The cursor is moved after the work, so that nothing is passed over by a crash: all of it may be done twice.
 */
export class VolumeWatch {
  /** Code of what the last round failed with. */
  private failing: string | null = null;

  constructor(
    private readonly deps: WatchDeps,
    private readonly options: { readonly vault: string; readonly periodMs: number },
    private readonly logger: Logger,
  ) {}

  /** Until the signal. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { leased, clock } = this.deps;
    const { vault, periodMs } = this.options;
    while (!signal.aborted) {
      const task = { entity: `vault-watch-${vault}`, deadlineMs: TERM_MS };
      await leased
        .run(task, signal, (_fence, held) => this.lead(held))
        .catch((error: unknown) => this.note(error, signal));
      await clock.sleep(periodMs, signal);
    }
  }

  /** One look at all that has happened since the last one. */
  async round(signal: AbortSignal): Promise<void> {
    const { drive, placed, changed } = this.deps;
    let cursor = await placed.cursor();
    for (let page = 0; page < EVENT_PAGES_MAX; page += 1) {
      const told = await drive.events(cursor, signal);
      const { folderGone } = await changed.handle(told.changes, signal);
      if (told.refresh || folderGone)
        await this.lookAtAll(cursor === null ? 'first' : folderGone ? 'folder' : 'refresh', signal);
      if (told.cursor !== cursor) await placed.moveTo(told.cursor);
      cursor = told.cursor;
      if (!told.more) return;
    }
  }

  private async lead(held: AbortSignal): Promise<void> {
    while (!held.aborted) {
      await this.round(held).then(
        () => (this.failing = null),
        (error: unknown) => this.note(error, held),
      );
      await this.deps.clock.sleep(this.options.periodMs, held);
    }
  }

  private async lookAtAll(why: 'first' | 'folder' | 'refresh', signal: AbortSignal): Promise<void> {
    const { drive, placed, repair, clock } = this.deps;
    this.logger.info({ why }, 'every object of the vault is looked for');
    const root = await drive.root(signal);
    let after: Oid | null = null;
    for (let seen = 0; ;) {
      signal.throwIfAborted();
      const page = await placed.page(after, PAGE);
      await repair.repairIn(root, page, signal);
      seen += page.length;
      after = page.at(-1)?.blob.oid ?? null;
      if (after === null || page.length < PAGE)
        return this.logger.info({ seen }, 'every object of the vault was looked for');
      await clock.sleep(PAGE_REST_MS, signal);
    }
  }

  /** Whatever it was, the next round begins where the last one that got through has ended. */
  private note(error: unknown, signal: AbortSignal): void {
    if (signal.aborted || isFault(error, 'lease.held')) return;
    // A stop of the vault lasts for hours, and says so itself.
    const code = isFault(error) ? error.code : 'unexpected';
    if (code === this.failing) return;
    this.failing = code;
    this.logger.warn({ err: error }, 'the vault could not be watched, trying again later');
  }
}
