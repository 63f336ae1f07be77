import type { AttemptError, NewDeadLetter } from '#application/ports/attempts.js';
import { someOid } from './example-events.js';
import { useWorld, type MakeWorld } from './store-world.js';

const error = (attempt: number): AttemptError => ({
  at: '2026-01-02T03:04:05.000Z',
  attempt,
  code: 'vault.unavailable',
  detail: `try ${attempt}`,
});

const letter = (jobId: string, change: Partial<NewDeadLetter> = {}): NewDeadLetter => {
  const oid = someOid();
  const payload = { v: 1, oid, generation: 1 };
  return {
    queue: 'store-object',
    jobId,
    oid,
    payload,
    code: 'vault.full',
    fingerprint: 'f1',
    traceparent: null,
    error: error(9),
    ...change,
  };
};

export const describeJobLedger = (name: string, make: MakeWorld): void => {
  describe(`the job ledger of ${name}`, () => {
    const world = useWorld(make);

    it('counts attempts at their beginning, each job apart', async () => {
      const { ledger } = world();
      expect(await ledger.begin('store-object', 'a')).toEqual({ count: 1, errors: [] });
      expect((await ledger.begin('store-object', 'a')).count).toBe(2);
      expect((await ledger.begin('store-object', 'b')).count).toBe(1);
    });

    it('keeps the last five errors, and takes back an attempt that does not count', async () => {
      const { ledger } = world();
      for (let attempt = 1; attempt <= 7; attempt += 1) {
        await ledger.begin('store-object', 'a');
        await ledger.note('a', error(attempt), attempt !== 7);
      }
      const { count, errors } = await ledger.begin('store-object', 'a');
      expect(count).toBe(7);
      expect(errors).toEqual([3, 4, 5, 6, 7].map(error));
    });

    it('forgets the attempts of a job that is done', async () => {
      const { ledger } = world();
      await ledger.begin('store-object', 'a');
      await ledger.settle('a');
      expect((await ledger.begin('store-object', 'a')).count).toBe(1);
    });

    it('moves the attempts of a job into its dead letter', async () => {
      const { ledger } = world();
      await ledger.begin('store-object', 'a');
      await ledger.note('a', error(1), true);
      await ledger.begin('store-object', 'a');
      const wanted = letter('a');
      const buried = await ledger.bury(wanted);
      const { error: last, ...rest } = wanted;
      expect(buried).toMatchObject({ ...rest, attempts: 2, errors: [error(1), last], state: 'open' });
      expect(await ledger.get(buried.id)).toEqual(buried);
      expect((await ledger.begin('store-object', 'a')).count).toBe(1);
    });

    it('keeps one open letter a job', async () => {
      const { ledger } = world();
      const first = await ledger.bury(letter('a'));
      expect((await ledger.bury(letter('a'))).id).toBe(first.id);
      await ledger.close(first.id, 'redriven');
      expect((await ledger.bury(letter('a'))).id).not.toBe(first.id);
    });

    it('finds letters by any combination of queue, code, cause, object and state', async () => {
      const { ledger } = world();
      const a = await ledger.bury(letter('a'));
      const b = await ledger.bury(letter('b', { code: 'vault.refused', fingerprint: 'f2' }));
      const c = await ledger.bury(
        letter('c', { queue: 'hydrate-object', oid: null, payload: 'garbage', code: 'job.malformed' }),
      );
      await ledger.close(b.id, 'dropped');
      const ids = async (filter: object) => (await ledger.find({ limit: 10, ...filter })).map(({ id }) => id);
      expect(await ids({})).toEqual([a.id, b.id, c.id]);
      expect(await ids({ queue: 'store-object', state: 'open' })).toEqual([a.id]);
      expect(await ids({ code: 'vault.refused' })).toEqual([b.id]);
      expect(await ids({ fingerprint: 'f1' })).toEqual([a.id, c.id]);
      expect(await ids({ oid: a.oid })).toEqual([a.id]);
      expect(await ledger.find({ limit: 1 })).toHaveLength(1);
    });

    it('closes a letter once', async () => {
      const { ledger } = world();
      const { id } = await ledger.bury(letter('a'));
      await ledger.close(id, 'dropped');
      expect((await ledger.get(id))?.state).toBe('dropped');
      await expect(ledger.close(id, 'redriven')).rejects.toMatchObject({ code: 'dead-letter.settled' });
    });

    it('knows no letter by a wrong id', async () => {
      const { ledger } = world();
      expect(await ledger.get('999')).toBeNull();
      expect(await ledger.get('none')).toBeNull();
      await expect(ledger.close('999', 'dropped')).rejects.toMatchObject({ code: 'dead-letter.absent' });
      await expect(ledger.close('none', 'dropped')).rejects.toMatchObject({ code: 'dead-letter.absent' });
    });
  });
};
