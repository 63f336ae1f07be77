import type { NewDeadLetter } from '#application/ports/attempts.js';
import * as example from '#testing/contracts/example-events.js';
import { eventually } from '#testing/contracts/eventually.js';
import { freshDatabase, type FreshDatabase } from '#testing/postgres/fresh-database.js';

const { context, linkWrite, onObject, someOid, staged, storeFailed } = example;

describe('what an operator asks', () => {
  let fresh: FreshDatabase;

  beforeEach(async () => {
    fresh = await freshDatabase();
  });

  afterEach(() => fresh.drop());

  const letter = (jobId: string): NewDeadLetter => ({
    queue: 'store-object',
    jobId,
    oid: null,
    payload: {},
    code: 'vault.full',
    fingerprint: 'f',
    traceparent: null,
    error: { at: example.AT, attempt: 1, code: 'vault.full', detail: '' },
  });

  it('about repositories is answered with what they hold, by path', async () => {
    const { events, inventory, projections } = fresh.postgres;
    const [b] = [await example.createRepository(events, 'b'), await example.createRepository(events, 'a')];
    await example.storeIn(events, b);
    await example.storeIn(events, b);
    await eventually(async () => {
      await projections.advance(100);
      expect(await inventory.repositories(10)).toMatchObject([
        { repository: { name: 'a' }, objects: 0, bytes: 0 },
        { repository: { name: 'b', id: b }, objects: 2, bytes: 2468 },
      ]);
    });
    expect(await inventory.repositories(1)).toHaveLength(1);
  });

  it('about tokens is answered without anything that opens a door', async () => {
    const { events, inventory } = fresh.postgres;
    const { tokenId, digest } = await example.issueToken(events);
    const tokens = await inventory.tokens(10);
    expect(tokens).toMatchObject([{ id: tokenId, last4: 'abcd', createdAt: new Date(example.AT) }]);
    expect(JSON.stringify(tokens)).not.toContain(digest);
  });

  it('about an object is answered with those who hold it', async () => {
    const { events, inventory } = fresh.postgres;
    const [one, two] = [await example.createRepository(events), await example.createRepository(events)];
    const oid = await example.storeIn(events, one);
    await events.append({ writes: [linkWrite(two, oid)], context });
    expect((await inventory.holders(oid, 10)).map(({ repository }) => repository.id).toSorted()).toEqual(
      [one, two].toSorted(),
    );
    expect(await inventory.holders(someOid(), 10)).toEqual([]);
  });

  it('about attempts is answered for jobs that are under way', async () => {
    const { inventory, ledger } = fresh.postgres;
    await ledger.begin('store-object', 'a');
    await ledger.begin('store-object', 'a');
    expect(await inventory.attempts(['a', 'b'])).toMatchObject([
      { jobId: 'a', queue: 'store-object', attempts: 2, errors: [] },
    ]);
  });

  it('about everything fits together in one reading', async () => {
    const { events, inventory, ledger, outbox, statistics } = fresh.postgres;
    const repositoryId = await example.createRepository(events);
    await example.storeIn(events, repositoryId);
    const [waiting, failed] = [someOid(), someOid()];
    await events.append(onObject(waiting, 0, staged(waiting, 1, 5_000_000_000)));
    await events.append(onObject(failed, 0, staged(failed), storeFailed(failed)));
    await outbox.put([{ queue: 'store-object', payload: { v: 1, oid: waiting, generation: 1 } }], context);
    await ledger.bury(letter('a'));
    await ledger.bury(letter('b'));
    const read = await statistics.read();
    expect(read).toMatchObject({
      objects: {
        staged: { objects: 1, bytes: 5_000_000_000 },
        stored: { objects: 1, bytes: 1234 },
        failed: { objects: 1, bytes: 1234 },
      },
      placements: [{ vault: 'home', objects: 1, storedBytes: 1250 }],
      deadLetters: [{ queue: 'store-object', code: 'vault.full', letters: 2 }],
      outbox: { pending: 1 },
      repositories: 1,
    });
    const totals = [...(await inventory.objectTotals())].sort((a, b) => a.state.localeCompare(b.state));
    expect(totals).toMatchObject([
      { state: 'failed', objects: 1, bytes: 1234 },
      { state: 'staged', objects: 1, bytes: 5_000_000_000, oldestAt: new Date(example.AT) },
      { state: 'stored', objects: 1, bytes: 1234 },
    ]);
  });

  it('about an empty installation is answered with zeros', async () => {
    const none = { objects: 0, bytes: 0 };
    expect(await fresh.postgres.statistics.read()).toEqual({
      ...{ objects: { staged: none, stored: none, failed: none }, placements: [], deadLetters: [], repositories: 0 },
      outbox: { pending: 0, oldestAgeMs: 0 },
    });
  });
});
