import { JobQueue, type Job, type QueueCounts } from '#application/ports/job-queue.js';
import type { QueueName } from '#contracts/jobs/jobs.js';
import { reached } from '#platform/milestone.js';

/** A queue that says when jobs were added: the relay has yet to settle their messages. */
export class MilestoneQueue extends JobQueue {
  constructor(private readonly inner: JobQueue) {
    super();
  }

  override async add(jobs: readonly Job[]): Promise<void> {
    await this.inner.add(jobs);
    reached('relay.added', { jobs: jobs.length });
  }

  override missing(queue: QueueName, ids: readonly string[]): Promise<readonly string[]> {
    return this.inner.missing(queue, ids);
  }

  override counts(): Promise<readonly QueueCounts[]> {
    return this.inner.counts();
  }

  override close(): Promise<void> {
    return this.inner.close();
  }
}
