import { JobQueue, type Job, type QueueCounts } from '#application/ports/job-queue.js';
import { QUEUE_NAMES, type QueueName } from '#contracts/jobs/jobs.js';
import { Fault } from '#domain/fault/fault.js';

/** A queue that only holds jobs: a spec takes them out and runs them itself. */
export class MemoryJobQueue extends JobQueue {
  readonly jobs = new Map<string, Job>();
  available = true;

  override async add(jobs: readonly Job[]): Promise<void> {
    await Promise.resolve();
    if (!this.available) throw new Fault('queue.unavailable');
    for (const job of jobs) if (!this.jobs.has(job.id)) this.jobs.set(job.id, job);
  }

  override async missing(queue: QueueName, ids: readonly string[]): Promise<readonly string[]> {
    await Promise.resolve();
    if (!this.available) throw new Fault('queue.unavailable');
    return ids.filter((id) => this.jobs.get(id)?.queue !== queue);
  }

  override async counts(): Promise<readonly QueueCounts[]> {
    await Promise.resolve();
    return QUEUE_NAMES.map((queue) => ({
      queue,
      waiting: [...this.jobs.values()].filter((job) => job.queue === queue).length,
      active: 0,
      delayed: 0,
    }));
  }

  override async close(): Promise<void> {
    await Promise.resolve();
  }

  /** Loses everything, as FLUSHALL does. */
  flush(): void {
    this.jobs.clear();
  }
}
