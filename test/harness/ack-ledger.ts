import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client as Postgres } from 'pg';
import type { BatchObject } from '#contracts/lfs/batch.js';
import { digests } from './client.js';
import { LfsApi } from './lfs-api.js';
import { eventually } from './run.js';
import type { Stack } from './stack.js';

/**
 * What was acknowledged, written down by the client only after `git push` exited 0, and the check that nothing of it is lost
 * and nothing unexplained stays.
 */
export class AckLedger {
  private readonly acknowledged = new Map<string, number>();

  /** `leftElsewhere`: what must not stay in a vault that is no directory. */
  constructor(
    private readonly stack: Stack,
    private readonly leftElsewhere: () => Promise<readonly string[]> = () => Promise.resolve([]),
  ) {}

  /** Notes every LFS file of a working copy whose push exited 0. */
  async note(copy: string): Promise<void> {
    for (const [path, oid] of await digests(copy)) this.acknowledged.set(oid, statSync(join(copy, path)).size);
  }

  get size(): number {
    return this.acknowledged.size;
  }

  /** Throws, naming each oid, unless every acknowledged object reads back with its SHA-256 and size. */
  async readable(): Promise<void> {
    const api = new LfsApi(`${this.stack.gatewayUrl}/acme/demo.git/info/lfs`, this.stack.token);
    const wanted = [...this.acknowledged].map(([oid, size]) => ({ oid, size }));
    const lost: string[] = [];
    for (let from = 0; from < wanted.length; from += 100) {
      for (const object of await api.offered('download', wanted.slice(from, from + 100))) {
        const reason = await unreadable(api, object);
        if (reason !== null) lost.push(`${object.oid}: ${reason}`);
      }
    }
    if (lost.length > 0) throw new Error(`${lost.length} acknowledged objects are lost:\n${lost.join('\n')}`);
  }

  /** Waits until nothing is left over: no unsent message, no unstored object, no attempt file; and rows equal the events. */
  async settled(timeoutMs = 60_000): Promise<void> {
    const database = new Postgres({ connectionString: this.stack.databaseUrl });
    database.on('error', () => undefined);
    await database.connect();
    try {
      await eventually('everything settles', () => this.leftovers(database), timeoutMs);
    } finally {
      await database.end().catch(() => undefined);
    }
  }

  private async leftovers(database: Postgres): Promise<void> {
    const { rows } = await database.query<Record<string, string>>(`
      select (select count(*) from outbox where dispatched_at is null) as unsent,
             (select count(*) from objects where state = 'staged') as unstored,
             (select count(*) from dead_letters where state = 'open') as dead,
             (select count(*) from objects o where o.state is distinct from (
                select case e.type when 'ObjectStored' then 'stored' when 'StoreFailed' then 'failed' when 'PlacementLost' then 'failed' else 'staged' end
                  from events e where e.stream = 'object-' || o.oid order by version desc limit 1)) as unlike_events,
             (select count(*) from objects o where o.state = 'stored'
                and (select count(*) from placements p where p.oid = o.oid) <> 1) as misplaced`);
    const attempts = [
      join(this.stack.hotTier, 'incoming'),
      join(this.stack.hotTier, 'hydrating'),
      join(this.stack.vault, 'incoming'),
    ];
    const files = attempts.flatMap((directory) => listOrNone(directory).map((name) => join(directory, name)));
    files.push(...(await this.leftElsewhere()));
    const left = Object.entries(rows[0] ?? {}).filter(([, count]) => Number(count) !== 0);
    if (left.length > 0 || files.length > 0) {
      throw new Error(`left over: ${left.map(([name, count]) => `${count} ${name}`).join(', ')} ${files.join(' ')}`);
    }
  }
}

/** Why an object does not read back as it was, or null when it does. */
const unreadable = async (api: LfsApi, { oid, size, actions, error }: BatchObject): Promise<string | null> => {
  if (!actions?.download) return error?.message ?? 'no action';
  try {
    const got = await api.fetched(actions.download);
    return got.sha256 === oid && got.size === size ? null : `read back as ${got.sha256}, ${got.size} bytes`;
  } catch (reason) {
    return String(reason);
  }
};

const listOrNone = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
};
