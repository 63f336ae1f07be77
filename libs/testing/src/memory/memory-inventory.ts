import {
  Inventory,
  type ObjectHolder,
  type ObjectTotals,
  type RepositoryTotals,
  type RunningAttempts,
  type TokenEntry,
} from '#application/ports/inventory.js';
import type { EventOf, EventType } from '#domain/event/domain-event.js';
import type { Oid } from '#domain/oid.js';
import { pathKey } from '#domain/repository/repository.js';
import type { MemoryDatabase } from './memory-database.js';

/** What an operator asks, answered from the shared tables. */
export class MemoryInventory extends Inventory {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  override async repositories(limit: number): Promise<readonly RepositoryTotals[]> {
    await Promise.resolve();
    const links = this.all('ObjectLinked');
    return [...this.database.repositories.values()]
      .sort((a, b) => pathKey(a).localeCompare(pathKey(b)))
      .slice(0, limit)
      .map((repository) => {
        const own = links.filter(({ data }) => data.repositoryId === repository.id);
        return { repository, objects: own.length, bytes: own.reduce((sum, { data }) => sum + data.sizeBytes, 0) };
      });
  }

  override async tokens(limit: number): Promise<readonly TokenEntry[]> {
    await Promise.resolve();
    return this.all('TokenIssued')
      .flatMap(({ data }) => {
        const row = this.database.tokens.get(data.tokenId);
        return row ? [{ ...row.token, last4: data.last4, createdAt: new Date(data.at) }] : [];
      })
      .reverse()
      .slice(0, limit);
  }

  override async objectTotals(): Promise<readonly ObjectTotals[]> {
    await Promise.resolve();
    const byState = Map.groupBy(this.database.objects.values(), ({ state }) => state);
    return [...byState].map(([state, objects]) => ({
      state,
      objects: objects.length,
      bytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      oldestAt: objects.map(({ stagedAt }) => stagedAt).sort((a, b) => a.getTime() - b.getTime())[0] ?? null,
    }));
  }

  override async holders(oid: Oid, limit: number): Promise<readonly ObjectHolder[]> {
    await Promise.resolve();
    return this.all('ObjectLinked')
      .filter(({ data }) => data.oid === oid)
      .flatMap(({ data }) => {
        const repository = this.database.repositories.get(data.repositoryId);
        return repository ? [{ repository, linkedAt: new Date(data.at) }] : [];
      })
      .slice(0, limit);
  }

  override async attempts(jobIds: readonly string[]): Promise<readonly RunningAttempts[]> {
    await Promise.resolve();
    return jobIds.flatMap((jobId) => {
      const row = this.database.attempts.get(jobId);
      if (!row) return [];
      const { queue, count, errors, firstAt } = row;
      return [{ jobId, queue, attempts: count, errors, firstAt, lastAt: firstAt }];
    });
  }

  private all<Type extends EventType>(type: Type): EventOf<Type>[] {
    return this.database.events.filter((event) => event.type === type) as unknown as EventOf<Type>[];
  }
}
