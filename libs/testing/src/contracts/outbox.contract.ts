import type { OutboxMessage } from '#application/ports/event-store.js';
import { context, someOid } from './example-events.js';
import { useWorld, type MakeWorld } from './store-world.js';

const message = (): OutboxMessage => ({ queue: 'hydrate-object', payload: { v: 1, oid: someOid(), generation: 1 } });

export const describeOutbox = (name: string, make: MakeWorld): void => {
  describe(`the outbox of ${name}`, () => {
    const world = useWorld(make);

    it('hands out messages in the order in which they were put, with where they come from', async () => {
      const { outbox } = world();
      const messages = [message(), message(), message()];
      await outbox.put(messages, context);
      const claimed = await outbox.claim(10, 30_000);
      const { correlationId, traceparent } = context;
      expect(claimed).toMatchObject(messages.map((put) => ({ ...put, correlationId, traceparent })));
    });

    it('hands a message to one relay only while its claim lasts', async () => {
      const { outbox } = world();
      await outbox.put(Array.from({ length: 60 }, message), context);
      const batches = await Promise.all(Array.from({ length: 6 }, () => outbox.claim(10, 30_000)));
      const ids = batches.flat().map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      // Whoever met another's lock took fewer; what is left is free for the next.
      const rest = await outbox.claim(60, 30_000);
      expect(ids.length + rest.length).toBe(60);
      expect(await outbox.claim(60, 30_000)).toEqual([]);
    });

    it('hands a message out again when its relay died before settling it', async () => {
      const { outbox, elapse } = world();
      await outbox.put([message()], context);
      const [first] = await outbox.claim(1, 20);
      await elapse(50);
      const [second] = await outbox.claim(1, 20);
      expect(second?.id).toBe(first?.id);
    });

    it('never hands out a settled message', async () => {
      const { outbox, elapse } = world();
      await outbox.put([message(), message()], context);
      const claimed = await outbox.claim(2, 20);
      await outbox.settle(claimed.map(({ id }) => id));
      await elapse(50);
      expect(await outbox.claim(2, 20)).toEqual([]);
      expect(await outbox.backlog()).toEqual({ pending: 0, oldestAgeMs: 0 });
    });

    it('tells how many wait and how long the oldest does, claimed ones included', async () => {
      const { outbox, elapse } = world();
      await outbox.put([message(), message()], context);
      await outbox.claim(1, 30_000);
      await elapse(50);
      const backlog = await outbox.backlog();
      expect(backlog.pending).toBe(2);
      expect(backlog.oldestAgeMs).toBeGreaterThanOrEqual(40);
    });

    it('prunes what was settled long enough ago, and nothing else', async () => {
      const { outbox, elapse } = world();
      await outbox.put([message(), message()], context);
      const [first] = await outbox.claim(1, 30_000);
      await outbox.settle([first?.id ?? '']);
      expect(await outbox.prune(3_600_000)).toBe(0);
      await elapse(50);
      expect(await outbox.prune(20)).toBe(1);
      expect((await outbox.backlog()).pending).toBe(1);
    });

    it('ends a wait at the signal', async () => {
      const { outbox } = world();
      await outbox.wait(60_000, AbortSignal.abort());
    });
  });
};
