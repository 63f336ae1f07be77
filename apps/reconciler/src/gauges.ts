import type { HotTier } from '#application/ports/hot-tier.js';
import type { JobQueue } from '#application/ports/job-queue.js';
import type { Projections } from '#application/ports/projections.js';
import type { Statistics } from '#application/ports/statistics.js';
import { metrics } from '#platform/metrics.js';

/**
 * Reads the state of the whole installation into the metrics. Every reconciler does it and tells the same, so dashboards
 * take the maximum. One source that is away does not hide the others.
 */
export class Gauges {
  constructor(
    private readonly statistics: Statistics,
    private readonly queue: JobQueue,
    private readonly projections: Projections,
    private readonly hotTier: HotTier,
  ) {}

  /** Rejects with the first failure after all that can be read has been read. */
  async read(): Promise<void> {
    const readings = [this.readStore(), this.readQueues(), this.readProjections(), this.readHotTier()];
    const failed = (await Promise.allSettled(readings)).find((reading) => reading.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async readStore(): Promise<void> {
    const { objects, deadLetters, outbox } = await this.statistics.read();
    for (const [state, totals] of Object.entries(objects)) {
      metrics.objects.set({ state }, totals.objects);
      metrics.objectBytes.set({ state }, totals.bytes);
    }
    // A pair that has no letters any more would otherwise keep its last number.
    metrics.deadLetters.reset();
    for (const { queue, code, letters } of deadLetters) metrics.deadLetters.set({ queue, error_class: code }, letters);
    metrics.outboxPending.set(outbox.pending);
    metrics.outboxOldestAge.set(outbox.oldestAgeMs / 1000);
  }

  private async readQueues(): Promise<void> {
    for (const { queue, waiting, active, delayed } of await this.queue.counts()) {
      metrics.queueJobs.set({ queue, state: 'waiting' }, waiting);
      metrics.queueJobs.set({ queue, state: 'active' }, active);
      metrics.queueJobs.set({ queue, state: 'delayed' }, delayed);
    }
  }

  private async readProjections(): Promise<void> {
    for (const { name, lagEvents, lagMs } of await this.projections.status()) {
      metrics.projectionLagEvents.set({ projection: name }, lagEvents);
      metrics.projectionLagSeconds.set({ projection: name }, lagMs / 1000);
    }
  }

  private async readHotTier(): Promise<void> {
    const usage = await this.hotTier.usage();
    metrics.stageObjects.set({ state: 'resident' }, usage.objects);
    metrics.stageBytes.set({ state: 'resident' }, usage.bytes);
    metrics.stageBytes.set({ state: 'incoming' }, usage.incomingBytes);
    metrics.stageCapacity.set(usage.capacityBytes);
    metrics.stageFree.set(usage.freeBytes);
  }
}
