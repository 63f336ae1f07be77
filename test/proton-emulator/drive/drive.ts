import type { World } from '../world.js';
import { newId } from '../ids.js';
import { DriveContext } from './model/drive-context.js';
import { DriveTables, noRows, type DriveRows } from './model/drive-tables.js';
import type { Link } from './model/records.js';
import { trash } from './model/trash.js';
import { DriveRefusal } from './model/refusal.js';

/** How long a trashing that was only accepted (1002) takes. */
const ASYNC_SECONDS = 1;

interface Kept {
  readonly rows: DriveRows;
  /** Of the tokens of block storage. */
  readonly secret: string;
  readonly later: Later[];
}

/** Accepted, and done once the clock has passed `at`. */
interface Later {
  readonly at: number;
  readonly linkIds: readonly string[];
}

const nothing = (): Kept => ({ rows: noRows(), secret: newId(), later: [] });

/** What the routes of Drive share: the model, what is kept of it, and work that is done later. */
export class Drive {
  private kept: Kept;
  private readonly chapter: { changed(): void };
  readonly tables: DriveTables;
  readonly context: DriveContext;

  constructor(readonly world: World) {
    const chapter = world.store.chapter<Kept>('drive', () => this.kept);
    this.chapter = chapter;
    this.kept = chapter.kept ?? nothing();
    this.tables = new DriveTables(this.kept.rows);
    this.context = new DriveContext(
      this.tables,
      () => world.clock.seconds(),
      () => world.knobs,
    );
  }

  get secret(): string {
    return this.kept.secret;
  }

  /** To be called after every change. */
  changed(): void {
    this.chapter.changed();
  }

  trashLater(linkIds: readonly string[]): void {
    this.kept.later.push({ at: this.world.clock.seconds() + ASYNC_SECONDS, linkIds });
    this.changed();
  }

  /** Before every look at the tables: what was accepted earlier and is due by now. */
  settle(): void {
    const due = this.kept.later.filter(({ at }) => at <= this.world.clock.seconds());
    if (due.length === 0) return;
    this.kept.later.splice(0, due.length);
    const links = due.flatMap(({ linkIds }) => linkIds).flatMap((linkId) => this.tables.link(linkId) ?? []);
    for (const link of links) this.trashQuietly(link);
    this.changed();
  }

  /** Nobody waits for the answer any more. */
  private trashQuietly(link: Link): void {
    try {
      trash(this.context, link);
    } catch (error) {
      if (!(error instanceof DriveRefusal)) throw error;
    }
  }

  async removeBlocks(blockIds: readonly string[]): Promise<void> {
    for (const blockId of blockIds) await this.world.store.removeBlock(blockId);
  }

  allBlockIds(): readonly string[] {
    return this.tables
      .links()
      .flatMap(({ linkId }) => this.tables.revisions(linkId))
      .flatMap(({ blocks }) => blocks.map(({ blockId }) => blockId));
  }

  async reset(): Promise<void> {
    const blockIds = this.allBlockIds();
    this.kept = nothing();
    this.tables.open(this.kept.rows);
    this.changed();
    await this.removeBlocks(blockIds);
  }
}
