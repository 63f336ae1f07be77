import {
  EventStore,
  type Commit,
  type Cursor,
  type RecordedEvent,
  type RecordedStream,
} from '#application/ports/event-store.js';
import type { DomainEvent } from '#domain/event/domain-event.js';
import type { StreamName } from '#domain/event/event.js';
import { UPCASTERS, type Upcasters } from '#domain/event/upcast.js';
import { isFault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';
import type { AfterCommit } from './after-commit.js';
import { appendStatements } from './append-statements.js';
import type { Database } from './database.js';
import { EVENT_COLUMNS, recorded, type EventRow } from './event-rows.js';
import { nextEvents } from './reading-order.js';

/** Events in the table `events`, with all that follows from them in the same transaction. */
export class PostgresEventStore extends EventStore {
  constructor(
    private readonly database: Database,
    private readonly afterCommit: AfterCommit,
    private readonly upcasters: Upcasters = UPCASTERS,
  ) {
    super();
  }

  override async read(stream: StreamName): Promise<RecordedStream> {
    const text = `select ${EVENT_COLUMNS} from events where stream = $1 order by version`;
    const rows = await this.database.query<EventRow>({ name: 'read-stream', text, values: [stream] });
    return { version: rows.at(-1)?.version ?? 0, events: rows.map((row) => recorded(row, this.upcasters)) };
  }

  override async append(commit: Commit): Promise<void> {
    const events = commit.writes.flatMap((write) => write.events);
    if (events.length === 0 && (commit.messages ?? []).length === 0) return;
    const kind = streamKind(commit);
    const stopTimer = metrics.appendDuration.startTimer({ stream_type: kind });
    try {
      await this.database.commit(appendStatements(commit));
    } catch (error) {
      if (isFault(error, 'stream.version-conflict')) metrics.appendConflicts.inc({ stream_type: kind });
      if (isFault(error, 'lease.lost')) metrics.fencedWrites.inc();
      throw error;
    } finally {
      stopTimer();
    }
    events.forEach(countTransition);
    if (commit.messages?.length) this.afterCommit.hint('ballast_outbox');
    if (kind === 'vault') this.afterCommit.hint('ballast_vault');
  }

  override async readAll(after: Cursor, limit: number): Promise<readonly RecordedEvent[]> {
    const rows = await this.database.query<EventRow>(nextEvents(after, limit));
    return rows.map((row) => recorded(row, this.upcasters));
  }
}

/** `object` of `object-<oid>`: a closed set of labels. */
const streamKind = ({ writes }: Commit): string => writes[0]?.stream.split('-', 1)[0] ?? 'none';

const countTransition = (event: DomainEvent): void => {
  switch (event.type) {
    case 'ObjectStaged':
      return metrics.objectTransitions.inc({ from: event.data.generation === 1 ? 'absent' : 'failed', to: 'staged' });
    case 'ObjectStored':
      return metrics.objectTransitions.inc({ from: 'staged', to: 'stored' });
    case 'StoreFailed':
      return metrics.objectTransitions.inc({ from: 'staged', to: 'failed' });
    case 'StoreRedriven':
      return metrics.objectTransitions.inc({ from: 'failed', to: 'staged' });
    case 'PlacementLost':
      return metrics.objectTransitions.inc({ from: 'stored', to: 'failed' });
    case 'ObjectLinked':
    case 'RepositoryCreated':
    case 'AckModeSet':
    case 'TokenIssued':
    case 'TokenRevoked':
    case 'BreakerOpened':
    case 'BreakerClosed':
    case 'SessionOpened':
    case 'SessionClosed':
      return;
  }
};
