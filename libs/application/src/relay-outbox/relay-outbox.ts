import type { Job, JobQueue } from '#application/ports/job-queue.js';
import type { ClaimedMessage, Outbox } from '#application/ports/outbox.js';
import { jobId } from '#contracts/jobs/jobs.js';

export interface RelayOutboxSettings {
  readonly messagesMax: number;
  /** After a crash or a failed send the messages are free again when this has passed. */
  readonly claimMs: number;
}

/**
 * Carries messages of committed transactions to the queue: at least once, however many relays run. A crash between
 * adding and settling adds the same job ids again, which changes nothing.
 */
export class RelayOutbox {
  constructor(
    private readonly outbox: Outbox,
    private readonly queue: JobQueue,
    private readonly settings: RelayOutboxSettings,
  ) {}

  /** Sends what is waiting, batch after batch, until nothing is left or the signal fires. Returns how many were sent. */
  async drain(signal: AbortSignal): Promise<number> {
    const { messagesMax, claimMs } = this.settings;
    for (let sent = 0; ;) {
      if (signal.aborted) return sent;
      const claimed = await this.outbox.claim(messagesMax, claimMs);
      if (claimed.length === 0) return sent;
      await this.queue.add(claimed.map(toJob));
      await this.outbox.settle(claimed.map(({ id }) => id));
      sent += claimed.length;
    }
  }

  /** Resolves when something may be waiting. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.outbox.wait(timeoutMs, signal);
  }
}

const toJob = ({ queue, payload, correlationId, traceparent }: ClaimedMessage): Job => ({
  id: jobId(queue, payload),
  queue,
  payload,
  correlationId,
  traceparent,
});
