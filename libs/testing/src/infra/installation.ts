import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase, type FreshDatabase } from '../postgres/fresh-database.js';

/** A database and a directory for one spec of a service over its real adapters. */
export class Installation {
  readonly #ends: (() => Promise<void>)[] = [];

  private constructor(
    readonly fresh: FreshDatabase,
    readonly directory: string,
  ) {}

  static async create(): Promise<Installation> {
    return new Installation(await freshDatabase(), await mkdtemp(join(tmpdir(), 'ballast-installation-')));
  }

  /** What every service has to be told, for `readSettings`. */
  get environment() {
    return {
      BALLAST_DATABASE_URL: this.fresh.url,
      BALLAST_HOT_TIER_DIR: join(this.directory, 'hot'),
      BALLAST_HOT_TIER_FREE_FLOOR: '1MiB',
    };
  }

  /** Has something that runs on this ended with it, before all that was told earlier. */
  endsWith(end: () => Promise<void>): void {
    this.#ends.unshift(end);
  }

  async dispose(): Promise<void> {
    for (const end of this.#ends) await end();
    await this.fresh.drop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
