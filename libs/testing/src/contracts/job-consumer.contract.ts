import { setTimeout as delay } from 'node:timers/promises';
import type { JobConsumer, JobFate, JobHandler, JobQueue, UntrustedJob } from '#application/ports/job-queue.js';
import { QUEUE, testJob, testJobs, type QueueUnderTest } from './job-queue.contract.js';

/** A queue with everything that its consumers have to live through. */
export interface ConsumedQueue extends QueueUnderTest {
  /** Another consumer of this queue, drained by the harness if it was not before. */
  consumer(): JobConsumer;
  /** Loses all jobs at once, while everything runs. */
  flush(): Promise<void>;
  /** Makes an id that a consumer works on look as if another one had taken it over. */
  takeOver(id: string): Promise<void>;
  /** Cuts every connection and refuses new ones, until the returned function is called; the jobs may be lost. */
  outage(): Promise<() => Promise<void>>;
  /** Starts another process that takes one job and never finishes it; resolves once it has it. */
  hold(): Promise<{ kill(): void }>;
}

/** Waits for something to become true; fails with what it last was. */
export const eventually = async (isTrue: () => Promise<boolean> | boolean, withinMs: number): Promise<void> => {
  const deadline = Date.now() + withinMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`not true within ${withinMs} ms: ${isTrue.toString()}`);
    await delay(25);
  }
};

const DONE: JobFate = { fate: 'done' };

/** Notes which jobs it was given, and when; answers with what `answer` says, by default that they are done. */
const recorder = (
  answer: (job: UntrustedJob, signal: AbortSignal, nth: number) => Promise<JobFate> | JobFate = () => DONE,
) => {
  const runs: { readonly id: string; readonly at: number; readonly job: UntrustedJob }[] = [];
  const handler: JobHandler = async (job, signal) => {
    runs.push({ id: job.id, at: Date.now(), job });
    return answer(job, signal, runs.filter(({ id }) => id === job.id).length);
  };
  return { runs, handler, times: (id: string) => runs.filter((run) => run.id === id).length };
};

/** Finishes only when the signal fires, and would then rather be run much later. */
const untilAborted = (signal: AbortSignal, tell: () => void = () => undefined): Promise<JobFate> =>
  new Promise((resolve) =>
    signal.addEventListener('abort', () => {
      tell();
      resolve({ fate: 'retry', delayMs: 60_000 });
    }),
  );

/** What each JobConsumer promises together with its queue. */
export const describeJobConsumer = (name: string, open: () => ConsumedQueue): void => {
  describe(`${name} as a consumer of jobs`, () => {
    const isEmpty = async (queue: JobQueue): Promise<boolean> =>
      (await queue.counts()).every(({ waiting, active, delayed }) => waiting + active + delayed === 0);
    const isTaken = (queue: JobQueue, job: ReturnType<typeof testJob>): Promise<boolean> =>
      queue.add([job]).then(
        () => true,
        () => false,
      );

    it('hands a job over as it was added, and forgets it when it is done', async () => {
      const { queue, consumer } = open();
      const { runs, handler } = recorder();
      await consumer().start(QUEUE, handler);
      const job = { ...testJob(1), traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
      await queue.add([job]);
      await eventually(() => isEmpty(queue), 5_000);
      expect(runs.map((run) => run.job)).toEqual([job]);
      expect(await queue.missing(QUEUE, [job.id])).toEqual([job.id]);
    });

    it('ignores an id that is being worked on, and takes it again once it is done', async () => {
      const { queue, consumer } = open();
      const released = Promise.withResolvers<JobFate>();
      const { handler, times } = recorder((_job, _signal, nth) => (nth === 1 ? released.promise : DONE));
      await consumer().start(QUEUE, handler);
      await queue.add([testJob(1)]);
      await eventually(() => times(testJob(1).id) === 1, 5_000);
      await queue.add([testJob(1)]);
      expect(await queue.missing(QUEUE, [testJob(1).id])).toEqual([]);
      released.resolve(DONE);
      await eventually(() => isEmpty(queue), 5_000);
      expect(times(testJob(1).id)).toBe(1);
      await queue.add([testJob(1)]);
      await eventually(() => times(testJob(1).id) === 2, 5_000);
    });

    it('runs a job again after the delay it was given, once, holding it meanwhile', async () => {
      const { queue, consumer } = open();
      const { runs, handler } = recorder((_job, _signal, nth) =>
        nth === 1 ? { fate: 'retry', delayMs: 1_500 } : DONE,
      );
      await consumer().start(QUEUE, handler);
      await queue.add([testJob(1)]);
      await eventually(async () => (await queue.counts()).some(({ delayed }) => delayed === 1), 5_000);
      expect(await queue.missing(QUEUE, [testJob(1).id])).toEqual([]);
      await queue.add([testJob(1)]);
      await eventually(() => isEmpty(queue), 10_000);
      expect(runs).toHaveLength(2);
      const waited = (runs[1]?.at ?? 0) - (runs[0]?.at ?? 0);
      expect(waited).toBeGreaterThanOrEqual(1_450);
      expect(waited).toBeLessThan(5_000);
    }, 20_000);

    it('runs a job again as often as it is told to', async () => {
      const { queue, consumer } = open();
      const { runs, handler } = recorder((_job, _signal, nth) => (nth <= 20 ? { fate: 'retry', delayMs: 1 } : DONE));
      await consumer().start(QUEUE, handler);
      await queue.add([testJob(1)]);
      await eventually(() => isEmpty(queue), 20_000);
      expect(runs).toHaveLength(21);
    }, 30_000);

    it('removes a dead job, whose id can be used again', async () => {
      const { queue, consumer } = open();
      const { handler, times } = recorder((_job, _signal, nth) =>
        nth === 1 ? { fate: 'dead', reason: 'vault.refused' } : DONE,
      );
      await consumer().start(QUEUE, handler);
      await queue.add([testJob(1)]);
      await eventually(() => isEmpty(queue), 5_000);
      expect(times(testJob(1).id)).toBe(1);
      await queue.add([testJob(1)]);
      await eventually(() => times(testJob(1).id) === 2, 5_000);
    });

    it('hands each of a thousand jobs over exactly once to one of two consumers', async () => {
      const { queue, consumer } = open();
      const { runs, handler } = recorder();
      await Promise.all([consumer().start(QUEUE, handler), consumer().start(QUEUE, handler)]);
      const jobs = testJobs(1, 1_000);
      await queue.add(jobs);
      await eventually(() => isEmpty(queue), 30_000);
      expect(runs.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort());
    }, 40_000);

    it('finishes a running job though the queue lost everything, and goes on with later ones', async () => {
      const { queue, consumer, flush } = open();
      const released = Promise.withResolvers<JobFate>();
      const { handler, times, runs } = recorder((job) => (job.id === testJob(1).id ? released.promise : DONE));
      const signals: AbortSignal[] = [];
      await consumer().start(QUEUE, (job, signal) => {
        signals.push(signal);
        return handler(job, signal);
      });
      await queue.add([testJob(1)]);
      await eventually(() => times(testJob(1).id) === 1, 5_000);
      await flush();
      // Long enough for a renewal of the lock that is no more.
      await delay(9_000);
      expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
      released.resolve(DONE);
      await queue.add([testJob(2)]);
      await eventually(() => times(testJob(2).id) === 1, 10_000);
      expect(await queue.missing(QUEUE, [testJob(1).id])).toEqual([testJob(1).id]);
      expect(runs).toHaveLength(2);
    }, 40_000);

    it('drains within seconds while its queue is away', async () => {
      const { queue, consumer, outage } = open();
      const { handler, times } = recorder((_job, signal) => untilAborted(signal));
      const draining = consumer();
      await draining.start(QUEUE, handler);
      await queue.add([testJob(1)]);
      await eventually(() => times(testJob(1).id) === 1, 5_000);
      const end = await outage();
      const began = Date.now();
      await draining.drain(100);
      expect(Date.now() - began).toBeLessThan(15_000);
      await end();
    }, 30_000);

    it('goes on by itself after an outage of what keeps the queue, with the job that ran then and with later ones', async () => {
      const { queue, consumer, outage } = open();
      const released = Promise.withResolvers<JobFate>();
      const { handler, times } = recorder((job, _signal, nth) =>
        job.id === testJob(1).id && nth === 1 ? released.promise : DONE,
      );
      await consumer().start(QUEUE, handler);
      await queue.add([testJob(1)]);
      await eventually(() => times(testJob(1).id) === 1, 5_000);
      const end = await outage();
      await expect(queue.add([testJob(2)])).rejects.toMatchObject({ code: 'queue.unavailable' });
      released.resolve(DONE);
      await delay(1_500);
      await end();
      await eventually(() => isTaken(queue, testJob(2)), 15_000);
      await eventually(() => times(testJob(2).id) === 1, 15_000);
      // The queue may not have heard that it was done, and then it runs once more.
      await eventually(() => isEmpty(queue), 40_000);
      expect(times(testJob(1).id)).toBeLessThanOrEqual(2);
    }, 90_000);

    it('starts while its queue is away, and takes jobs once it is back', async () => {
      const { queue, consumer, outage } = open();
      const end = await outage();
      const { handler, times } = recorder();
      await consumer().start(QUEUE, handler);
      await end();
      await eventually(() => isTaken(queue, testJob(1)), 15_000);
      await eventually(() => times(testJob(1).id) === 1, 15_000);
    }, 60_000);

    it('stops a job that another consumer has taken over', async () => {
      const { queue, consumer, takeOver } = open();
      const stopped = Promise.withResolvers<void>();
      const { handler, times } = recorder((_job, signal) => untilAborted(signal, stopped.resolve));
      await consumer().start(QUEUE, handler);
      await queue.add([testJob(1)]);
      await eventually(() => times(testJob(1).id) === 1, 5_000);
      await takeOver(testJob(1).id);
      await stopped.promise;
    }, 30_000);

    it('lets running jobs finish while it drains, and takes no new one', async () => {
      const { queue, consumer } = open();
      const { handler, times } = recorder(async () => {
        await delay(700);
        return DONE;
      });
      const draining = consumer();
      await draining.start(QUEUE, handler);
      await queue.add([testJob(1)]);
      await eventually(() => times(testJob(1).id) === 1, 5_000);
      const drained = draining.drain(10_000);
      await queue.add([testJob(2)]);
      await drained;
      expect(await queue.missing(QUEUE, [testJob(1).id, testJob(2).id])).toEqual([testJob(1).id]);
      expect(times(testJob(2).id)).toBe(0);
    }, 20_000);

    it('hands jobs that outlast the drain back, so that another consumer runs them at once', async () => {
      const { queue, consumer } = open();
      const obedient = recorder((_job, signal) => untilAborted(signal));
      const draining = consumer();
      await draining.start(QUEUE, obedient.handler);
      await queue.add([testJob(1)]);
      await eventually(() => obedient.times(testJob(1).id) === 1, 5_000);
      const next = recorder();
      await consumer().start(QUEUE, next.handler);
      await draining.drain(200);
      await eventually(() => next.times(testJob(1).id) === 1, 3_000);
      await eventually(() => isEmpty(queue), 3_000);
    }, 20_000);

    it('hands back even the jobs of a handler that ignores its signal', async () => {
      const { queue, consumer } = open();
      const deaf = recorder(() => new Promise<JobFate>(() => undefined));
      const draining = consumer();
      await draining.start(QUEUE, deaf.handler);
      await queue.add([testJob(1)]);
      await eventually(() => deaf.times(testJob(1).id) === 1, 5_000);
      const began = Date.now();
      await draining.drain(100);
      expect(Date.now() - began).toBeLessThan(6_000);
      const next = recorder();
      await consumer().start(QUEUE, next.handler);
      await eventually(() => next.times(testJob(1).id) === 1, 3_000);
    }, 20_000);

    it('takes the job of a killed process over within a minute', async () => {
      const { queue, consumer, hold } = open();
      await queue.add([testJob(1)]);
      const holder = await hold();
      expect(await queue.counts()).toContainEqual({ queue: QUEUE, waiting: 0, active: 1, delayed: 0 });
      const { handler, times } = recorder();
      await consumer().start(QUEUE, handler);
      const killedAt = Date.now();
      holder.kill();
      await eventually(() => times(testJob(1).id) === 1, 60_000);
      expect(Date.now() - killedAt).toBeLessThan(45_000);
      await eventually(() => isEmpty(queue), 5_000);
    }, 90_000);
  });
};
