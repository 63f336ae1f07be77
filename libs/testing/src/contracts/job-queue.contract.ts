import type { Job, JobQueue } from '#application/ports/job-queue.js';
import { jobId, type QueueName } from '#contracts/jobs/jobs.js';
import { parseOid } from '#domain/oid.js';

/** The queue that the suites use. */
export const QUEUE: QueueName = 'store-object';

/** A job like any other; numbers far apart for jobs that must not be confused. */
export const testJob = (number: number, generation = 1): Job => {
  const payload = { v: 1 as const, oid: parseOid(number.toString(16).padStart(64, '0')), generation };
  return {
    id: jobId(QUEUE, payload),
    queue: QUEUE,
    payload,
    correlationId: `correlation-${number}`,
    traceparent: null,
  };
};

export const testJobs = (from: number, howMany: number): readonly Job[] =>
  Array.from({ length: howMany }, (_, index) => testJob(from + index));

/** One queue to be tested, empty at the beginning of each test. */
export interface QueueUnderTest {
  readonly queue: JobQueue;
  /** A producer whose queue cannot be reached; absent where that cannot be. */
  readonly unreachable?: JobQueue;
}

/** What each JobQueue promises, whatever keeps its jobs. */
export const describeJobQueue = (name: string, open: () => QueueUnderTest): void => {
  describe(`${name} as a job queue`, () => {
    it('holds an added job as waiting', async () => {
      const { queue } = open();
      await queue.add([testJob(1)]);
      expect(await queue.missing(QUEUE, [testJob(1).id])).toEqual([]);
      expect(await queue.counts()).toContainEqual({ queue: QUEUE, waiting: 1, active: 0, delayed: 0 });
    });

    it('leaves a job as it is whose id it holds, in one call or another', async () => {
      const { queue } = open();
      await queue.add([testJob(1), testJob(1)]);
      await queue.add([testJob(1)]);
      expect(await queue.counts()).toContainEqual({ queue: QUEUE, waiting: 1, active: 0, delayed: 0 });
    });

    it('names exactly those of a thousand ids that it does not hold', async () => {
      const { queue } = open();
      const jobs = testJobs(1, 1_000);
      await queue.add(jobs.filter((_, index) => index % 2 === 0));
      const missing = await queue.missing(
        QUEUE,
        jobs.map(({ id }) => id),
      );
      expect(missing).toEqual(jobs.filter((_, index) => index % 2 === 1).map(({ id }) => id));
    });

    it('does not take a job of another queue for its own', async () => {
      const { queue } = open();
      await queue.add([testJob(1)]);
      expect(await queue.missing('hydrate-object', [testJob(1).id])).toEqual([testJob(1).id]);
    });

    it('says that it is unavailable within seconds, and does so again', async () => {
      const { unreachable } = open();
      if (!unreachable) return;
      const began = Date.now();
      for (const attempt of [
        () => unreachable.add([testJob(1)]),
        () => unreachable.missing(QUEUE, ['a']),
        () => unreachable.counts(),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'queue.unavailable' });
      expect(Date.now() - began).toBeLessThan(8_000);
    }, 20_000);
  });
};
