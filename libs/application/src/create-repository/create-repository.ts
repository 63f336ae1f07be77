import type { Clock, Random } from '#application/ports/clock.js';
import type { Catalogue, Repository } from '#application/ports/catalogue.js';
import type { EventStore } from '#application/ports/event-store.js';
import type { EventContext } from '#domain/event/event.js';
import { Fault } from '#domain/fault/fault.js';
import {
  repositoryStream,
  type AckMode,
  type RepositoryCreated,
  type RepositoryPath,
} from '#domain/repository/repository.js';

export interface NewRepository {
  readonly path: RepositoryPath;
  readonly ackMode: AckMode;
  /** Null for no limit beyond those of the server. */
  readonly maxObjectBytes: number | null;
}

/**
 * Creates a repository. `repository.exists` when its path is taken, in whatever case it was typed. Two calls at once for
 * one path: one creates, the other is refused.
 */
export class CreateRepository {
  constructor(
    private readonly events: EventStore,
    private readonly catalogue: Catalogue,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  async execute({ path, ackMode, maxObjectBytes }: NewRepository, context: EventContext): Promise<Repository> {
    await this.refuseTaken(path);
    const repositoryId = this.random.uuid();
    const { organization, name } = path;
    const createdAt = this.clock.now();
    const at = createdAt.toISOString();
    const data = { repositoryId, organization, name, ackMode, maxObjectBytes, at };
    const created: RepositoryCreated = { type: 'RepositoryCreated', schema: 1, data };
    const write = { stream: repositoryStream(repositoryId), expectedVersion: 0, events: [created] };
    try {
      await this.events.append({ writes: [write], context });
    } catch (error) {
      await this.refuseTaken(path, error); // somebody else was quicker
      throw error;
    }
    return { id: repositoryId, organization, name, ackMode, maxObjectBytes, createdAt };
  }

  private async refuseTaken(path: RepositoryPath, cause?: unknown): Promise<void> {
    const taken = await this.catalogue.repository(path);
    if (!taken) return;
    const repository = `${taken.organization}/${taken.name}`;
    throw new Fault('repository.exists', { repository }, cause === undefined ? undefined : { cause });
  }
}
