import type { RedeemedAction } from '#application/authorize/redeem-action.js';
import type { Clock, Random } from '#application/ports/clock.js';
import type { EventStore, OutboxMessage, StreamWrite } from '#application/ports/event-store.js';
import type { Body, HotTier, StagedFile } from '#application/ports/hot-tier.js';
import type { EventContext } from '#domain/event/event.js';
import { Fault, isFault } from '#domain/fault/fault.js';
import type { LfsObjectEvent } from '#domain/lfs-object/events.js';
import { decide, foldObject } from '#domain/lfs-object/lfs-object.js';
import { objectStream } from '#domain/lfs-object/stream.js';
import { linkStream, type ObjectLinked } from '#domain/object-link/object-link.js';

export interface IncomingObject {
  readonly action: RedeemedAction;
  /** What the client says that it sends; null for a chunked body. */
  readonly declaredBytes: number | null;
  readonly body: Body;
  readonly context: EventContext;
  readonly signal: AbortSignal;
}

/** `staged`: new to Ballast. `linked`: new to this repository. `known`: sent again, true already. */
export type Reception = 'staged' | 'linked' | 'known';

const TRIES = 10;
const CONFLICT_PAUSE_MS = 20;
const OUTAGE_PAUSE_MS = 250;

/**
 * Receives the bytes of an object and records that this repository has them: file first, then one commit, so that a crash
 * between the two leaves a file to adopt and never an event without bytes. Any number of clients may send one oid at once.
 * Faults: those of `HotTier.receive`, `size.mismatch` (before the body is read), `database.unavailable`.
 */
export class ReceiveObject {
  constructor(
    private readonly hotTier: HotTier,
    private readonly events: EventStore,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  async execute(incoming: IncomingObject): Promise<Reception> {
    const { oid, sizeBytes } = incoming.action.grant;
    if (incoming.declaredBytes !== null && incoming.declaredBytes !== sizeBytes) {
      throw new Fault('size.mismatch', { oid, granted: sizeBytes, declared: incoming.declaredBytes });
    }
    const staged = await this.hotTier.receive({ oid, size: sizeBytes }, incoming.body, incoming.signal);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.record(incoming, staged);
      } catch (error) {
        const conflict = isFault(error, 'stream.version-conflict');
        // The bytes are here: a database that is back in a moment saves the client from sending all of them again.
        if (attempt === TRIES || !(conflict || isFault(error, 'database.unavailable')))
          throw exhausted(error, conflict);
        const pauseMs = (conflict ? CONFLICT_PAUSE_MS : OUTAGE_PAUSE_MS) * attempt;
        await this.clock.sleep(conflict ? this.random.fraction() * pauseMs : pauseMs);
      }
    }
  }

  private async record({ action, context }: IncomingObject, { oid, sizeBytes, sha1 }: StagedFile): Promise<Reception> {
    const { grant, repository } = action;
    const at = this.clock.now().toISOString();
    const [object, link] = await Promise.all([
      this.events.read(objectStream(oid)),
      this.events.read(linkStream(repository.id, oid)),
    ]);
    const folded = foldObject(object.events as readonly LfsObjectEvent[]);
    const facts = decide(folded, { type: 'Stage', oid, sizeBytes, sha1, adopted: false, at });
    const linked: ObjectLinked = {
      type: 'ObjectLinked',
      schema: 1,
      data: { repositoryId: repository.id, oid, sizeBytes, batchId: grant.batchId, at },
    };
    const writes: StreamWrite[] = [
      { stream: objectStream(oid), expectedVersion: object.version, events: facts },
      {
        stream: linkStream(repository.id, oid),
        expectedVersion: link.version,
        events: link.version === 0 ? [linked] : [],
      },
    ];
    await this.events.append({
      writes: writes.filter(({ events }) => events.length > 0),
      messages: facts.flatMap(toMessage),
      context,
    });
    if (facts.length > 0) return 'staged';
    return link.version === 0 ? 'linked' : 'known';
  }
}

const toMessage = (event: LfsObjectEvent): readonly OutboxMessage[] =>
  event.type === 'ObjectStaged'
    ? [{ queue: 'store-object', payload: { v: 1, oid: event.data.oid, generation: event.data.generation } }]
    : [];

/** A conflict that outlived every try is contention, and passes: the client is told to come back. */
const exhausted = (error: unknown, conflict: boolean): unknown =>
  conflict ? new Fault('database.unavailable', { tries: TRIES, reason: 'contention' }, { cause: error }) : error;
