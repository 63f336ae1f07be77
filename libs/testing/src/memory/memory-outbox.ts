import type { OutboxMessage } from '#application/ports/event-store.js';
import { Outbox, type ClaimedMessage } from '#application/ports/outbox.js';
import type { EventContext } from '#domain/event/event.js';
import type { MemoryDatabase } from './memory-database.js';

export const enqueue = (database: MemoryDatabase, messages: readonly OutboxMessage[], context: EventContext): void => {
  for (const { queue, payload } of messages) {
    const { correlationId, traceparent } = context;
    const id = String(database.nextMessage++);
    database.outbox.push({
      id,
      queue,
      payload,
      correlationId,
      traceparent,
      createdAt: database.clock.now(),
      claimedUntil: 0,
      dispatched: false,
    });
  }
};

export class MemoryOutbox extends Outbox {
  constructor(private readonly database: MemoryDatabase) {
    super();
  }

  override async put(messages: readonly OutboxMessage[], context: EventContext): Promise<void> {
    await Promise.resolve();
    enqueue(this.database, messages, context);
  }

  override async claim(limit: number, leaseMs: number): Promise<readonly ClaimedMessage[]> {
    await Promise.resolve();
    const now = this.database.clock.now().getTime();
    const free = this.pending()
      .filter((message) => message.claimedUntil <= now)
      .slice(0, limit);
    for (const message of free) message.claimedUntil = now + leaseMs;
    return free.map(({ id, queue, payload, correlationId, traceparent }) => ({
      id,
      queue,
      payload,
      correlationId,
      traceparent,
    }));
  }

  override async settle(ids: readonly string[]): Promise<void> {
    await Promise.resolve();
    for (const message of this.database.outbox) if (ids.includes(message.id)) message.dispatched = true;
  }

  override async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.database.clock.sleep(timeoutMs, signal);
  }

  override async prune(olderThanMs: number): Promise<number> {
    await Promise.resolve();
    const before = this.database.clock.now().getTime() - olderThanMs;
    const kept = this.database.outbox.filter(
      ({ dispatched, createdAt }) => !dispatched || createdAt.getTime() >= before,
    );
    return this.database.outbox.splice(0, Infinity, ...kept).length - kept.length;
  }

  override async backlog(): Promise<{ pending: number; oldestAgeMs: number }> {
    await Promise.resolve();
    const pending = this.pending();
    const oldest = pending[0]?.createdAt ?? this.database.clock.now();
    return { pending: pending.length, oldestAgeMs: this.database.clock.now().getTime() - oldest.getTime() };
  }

  private pending() {
    return this.database.outbox.filter(({ dispatched }) => !dispatched);
  }
}
