import { SpanKind } from '@opentelemetry/api';
import { JobQueue, type Job, type QueueCounts } from '#application/ports/job-queue.js';
import type { QueueName } from '#contracts/jobs/jobs.js';
import { reached } from '#platform/milestone.js';
import { beginSpan } from '#platform/telemetry.js';

/** The queue as the relay sees it: a span for each job in the trace of its cause, and a word to drills when jobs were added. */
export class RelayedQueue extends JobQueue {
  constructor(private readonly inner: JobQueue) {
    super();
  }

  override async add(jobs: readonly Job[]): Promise<void> {
    const spans = jobs.map(({ queue, traceparent: parent }) =>
      beginSpan(`relay ${queue}`, { kind: SpanKind.PRODUCER, parent }),
    );
    try {
      await this.inner.add(jobs);
    } finally {
      for (const span of spans) span.end();
    }
    // The relay has yet to settle their messages.
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
