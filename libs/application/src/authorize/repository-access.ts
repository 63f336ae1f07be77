import type { Catalogue, Repository } from '#application/ports/catalogue.js';
import type { Clock } from '#application/ports/clock.js';
import type { IssuedToken } from '#application/ports/tokens.js';
import { Fault } from '#domain/fault/fault.js';
import { pathKey, type RepositoryPath } from '#domain/repository/repository.js';
import { covers } from '#domain/token/token.js';
import { ExpiringCache } from './expiring-cache.js';

export type Access = IssuedToken['access'];

const REPOSITORY_CACHE_MS = 5_000;
const REPOSITORIES_CACHED_MAX = 10_000;

/** Decides what a token may do with a repository. Deny by default; what a token does not cover does not exist for it. */
export class RepositoryAccess {
  private readonly known = new ExpiringCache<Repository>(REPOSITORY_CACHE_MS, REPOSITORIES_CACHED_MAX);

  constructor(
    private readonly catalogue: Catalogue,
    private readonly clock: Clock,
  ) {}

  async find(path: RepositoryPath): Promise<Repository | null> {
    const asked = this.clock.now().getTime();
    const cached = this.known.get(pathKey(path), asked);
    if (cached !== undefined) return cached;
    const repository = await this.catalogue.repository(path);
    if (repository !== null) this.known.set(pathKey(path), repository, asked);
    return repository;
  }

  /** Faults: `repository.absent` (unknown or not covered: the two look alike), `credentials.rejected` (read-only token). */
  require(token: IssuedToken, repository: Repository | null, needed: Access): Repository {
    if (repository === null || !covers(token.repositories, repository)) throw new Fault('repository.absent');
    if (needed === 'write' && token.access !== 'write') {
      throw new Fault('credentials.rejected', { reason: 'read-only', token: token.id });
    }
    return repository;
  }
}
