import {
  EventStore,
  type Commit,
  type Cursor,
  type RecordedEvent,
  type RecordedStream,
} from '#application/ports/event-store.js';
import { pathKey } from '#domain/repository/repository.js';
import { Fault } from '#domain/fault/fault.js';
import type { StreamName } from '#domain/event/event.js';
import type { MemoryDatabase } from './memory-database.js';
import { enqueue } from './memory-outbox.js';
import { project } from './memory-projections.js';

/** An event store in memory: every append is one transaction, in the order of the calls. */
export class MemoryEventStore extends EventStore {
  /** Throws instead of the next append (before or after it took effect), once. */
  failNext: { readonly error: Error; readonly when: 'before' | 'after' } | null = null;
  private tx = 1;

  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  override async read(stream: StreamName): Promise<RecordedStream> {
    await Promise.resolve();
    const events = this.database.events.filter((event) => event.stream === stream);
    return { version: events.length, events };
  }

  override async append(commit: Commit): Promise<void> {
    await Promise.resolve();
    const failure = this.failNext;
    this.failNext = null;
    if (failure?.when === 'before') throw failure.error;
    this.refuse(commit);
    this.write(commit);
    if (failure?.when === 'after') throw failure.error;
  }

  override async readAll(after: Cursor, limit: number): Promise<readonly RecordedEvent[]> {
    await Promise.resolve();
    return this.database.events
      .filter(({ cursor }) => BigInt(cursor.position) > BigInt(after.position))
      .slice(0, limit);
  }

  private refuse({ fence, writes }: Commit): void {
    const { leases, repositories, events } = this.database;
    if (fence && String(leases.get(fence.entity)?.token) !== fence.token)
      throw new Fault('lease.lost', { entity: fence.entity });
    for (const { stream, expectedVersion, events: added } of writes) {
      const version = events.filter((event) => event.stream === stream).length;
      if (added.length > 0 && version !== expectedVersion)
        throw new Fault('stream.version-conflict', { stream, expectedVersion, version });
      for (const event of added) {
        if (
          event.type === 'RepositoryCreated' &&
          [...repositories.values()].some((known) => pathKey(known) === pathKey(event.data))
        ) {
          throw new Fault('repository.exists');
        }
      }
    }
  }

  private write({ writes, messages, context }: Commit): void {
    const tx = String(this.tx++);
    for (const { stream, expectedVersion, events } of writes) {
      events.forEach((event, index) => {
        const cursor = { tx, position: String(this.database.events.length + 1) };
        const recorded = {
          ...event,
          stream,
          version: expectedVersion + index + 1,
          cursor,
          recordedAt: this.database.clock.now(),
          context,
        };
        this.database.events.push(recorded);
        project(this.database, recorded);
      });
    }
    enqueue(this.database, messages ?? [], context);
  }
}
