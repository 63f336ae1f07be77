import type { AttemptError } from '#application/ports/attempts.js';
import type { CatalogueObject } from '#application/ports/catalogue.js';
import {
  Inventory,
  type ObjectHolder,
  type ObjectTotals,
  type RepositoryTotals,
  type RunningAttempts,
  type TokenEntry,
} from '#application/ports/inventory.js';
import type { QueueName } from '#contracts/jobs/jobs.js';
import type { Oid } from '#domain/oid.js';
import { asRepository } from './catalogue-rows.js';
import type { PrismaClient } from './generated/client.js';
import { asToken } from './postgres-tokens.js';
import { asked } from './prisma-client.js';

/** What an operator asks across repositories: ordinary reads, none of them hot. */
export class PostgresInventory extends Inventory {
  constructor(private readonly prisma: PrismaClient) {
    super();
  }

  override async repositories(limit: number): Promise<readonly RepositoryTotals[]> {
    const rows = await asked(this.prisma.repository.findMany({ orderBy: { pathKey: 'asc' }, take: limit }));
    const ids = rows.map(({ id }) => id);
    const usage = await asked(
      this.prisma.repositoryUsage.findMany({ where: { repositoryId: { in: ids } }, take: limit }),
    );
    const byId = new Map(usage.map((row) => [row.repositoryId, row]));
    return rows.map((row) => {
      const { objects = 0n, bytes = 0n } = byId.get(row.id) ?? {};
      return { repository: asRepository(row), objects: Number(objects), bytes: Number(bytes) };
    });
  }

  override async tokens(limit: number): Promise<readonly TokenEntry[]> {
    const rows = await asked(
      this.prisma.token.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], take: limit }),
    );
    return rows.map((row) => ({ ...asToken(row), last4: row.last4, createdAt: row.createdAt }));
  }

  override async objectTotals(): Promise<readonly ObjectTotals[]> {
    const groups = await asked(
      this.prisma.lfsObject.groupBy({
        by: ['state'],
        _count: true,
        _sum: { sizeBytes: true },
        _min: { stagedAt: true },
      }),
    );
    return groups.map(({ state, _count: objects, _sum, _min }) => ({
      state: state as CatalogueObject['state'],
      objects,
      bytes: Number(_sum.sizeBytes ?? 0n),
      oldestAt: _min.stagedAt,
    }));
  }

  override async holders(oid: Oid, limit: number): Promise<readonly ObjectHolder[]> {
    const links = await asked(
      this.prisma.objectLink.findMany({
        where: { oid },
        include: { repository: true },
        orderBy: [{ linkedAt: 'asc' }, { repositoryId: 'asc' }],
        take: limit,
      }),
    );
    return links.map(({ repository, linkedAt }) => ({ repository: asRepository(repository), linkedAt }));
  }

  override async attempts(jobIds: readonly string[]): Promise<readonly RunningAttempts[]> {
    const rows = await asked(
      this.prisma.jobAttempt.findMany({ where: { jobId: { in: [...jobIds] } }, take: jobIds.length }),
    );
    return rows.map((row) => ({
      jobId: row.jobId,
      queue: row.queue as QueueName,
      attempts: row.attempts,
      errors: row.errors as unknown as readonly AttemptError[],
      firstAt: row.firstAt,
      lastAt: row.lastAt,
    }));
  }
}
