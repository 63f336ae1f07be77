import type { Clock } from '#application/ports/clock.js';
import type { Durability } from '#application/ports/durability.js';
import type { EventStore, Fence, OutboxMessage } from '#application/ports/event-store.js';
import type { EventContext } from '#domain/event/event.js';
import { isFault } from '#domain/fault/fault.js';
import type { LfsObjectEvent, ObjectStaged } from '#domain/lfs-object/events.js';
import { decide, foldObject, type LfsObject, type LfsObjectCommand } from '#domain/lfs-object/lfs-object.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import type { Oid } from '#domain/oid.js';

export interface KnownObject {
  readonly object: LfsObject;
  readonly version: number;
  /** When its bytes were last staged, null for an object that never was. */
  readonly stagedAt: Date | null;
}

/** A command that gets its time from the clock. */
type Undated<Command> = Command extends unknown ? Omit<Command, 'at'> : never;
export type ObjectCommand = Undated<LfsObjectCommand>;

export interface Recording {
  readonly context: EventContext;
  readonly fence?: Fence;
  /** As it was loaded a moment ago: saves the first look. A conflict tells when it is out of date. */
  readonly known?: KnownObject;
  /** Jobs that follow from the events, sent only if these are committed. */
  readonly messages?: (events: readonly LfsObjectEvent[]) => readonly OutboxMessage[];
}

const CONFLICTS_MAX = 10;

/** What happened to one object, and the only place of the services behind the gateway that adds to it. */
export class ObjectHistory {
  constructor(
    private readonly events: EventStore,
    private readonly durability: Durability,
    private readonly clock: Clock,
  ) {}

  async load(oid: Oid): Promise<KnownObject> {
    const stream = await this.events.read(objectStream(oid));
    const events = stream.events as readonly LfsObjectEvent[];
    const staged = events.findLast((event): event is ObjectStaged => event.type === 'ObjectStaged');
    return { object: foldObject(events), version: stream.version, stagedAt: staged ? new Date(staged.data.at) : null };
  }

  /**
   * Decides and commits a command, again from the start when another writer came between; then tells waiters. Returns what
   * was written, nothing when it was true already. Faults: those of `decide` and of `EventStore.append`.
   */
  async record(command: ObjectCommand, recording: Recording): Promise<readonly LfsObjectEvent[]> {
    let known = recording.known ?? (await this.load(command.oid));
    for (let attempt = 1; ; attempt += 1) {
      const at = this.clock.now().toISOString();
      const events = decide(known.object, { ...command, at });
      if (events.length === 0) return events;
      try {
        await this.append(command.oid, { version: known.version, events }, recording);
        this.durability.announce(command.oid);
        return events;
      } catch (error) {
        if (!isFault(error, 'stream.version-conflict') || attempt === CONFLICTS_MAX) throw error;
        known = await this.load(command.oid);
      }
    }
  }

  private append(oid: Oid, { version, events }: Decided, { context, fence, messages }: Recording): Promise<void> {
    return this.events.append({
      writes: [{ stream: objectStream(oid), expectedVersion: version, events }],
      messages: messages?.(events) ?? [],
      ...(fence === undefined ? {} : { fence }),
      context,
    });
  }
}

interface Decided {
  readonly version: number;
  readonly events: readonly LfsObjectEvent[];
}

/** The job that stores what was just staged. */
export const storeMessages = (events: readonly LfsObjectEvent[]): readonly OutboxMessage[] =>
  events
    .filter((event) => event.type === 'ObjectStaged' || event.type === 'StoreRedriven')
    .map(({ data: { oid, generation } }) => ({ queue: 'store-object', payload: { v: 1, oid, generation } }));
