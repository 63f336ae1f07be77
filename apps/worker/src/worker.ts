import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { HealPlacement } from '#application/heal-placement/heal-placement.js';
import { LeasedWork } from '#application/leased-work/leased-work.js';
import { RunJob } from '#application/run-job/run-job.js';
import { QUEUE_NAMES } from '#contracts/jobs/jobs.js';
import type { Logger } from '#platform/logger.js';
import type { WorkSettings } from './config.js';
import { processJob } from './process-job.js';
import { startVaultJanitor } from './vault-janitor.js';
import { startVaultWatch } from './vault-watch.js';
import { WorkerModule, type WorkerPorts } from './worker.module.js';

export interface Worker {
  /** Takes no new job, lets running ones end within the grace, hands the others back to the queue. */
  stop(): Promise<void>;
}

/** Starts consuming every queue over the given ports. */
export const startWorker = async (ports: WorkerPorts, settings: WorkSettings, logger: Logger): Promise<Worker> => {
  const context = await NestFactory.createApplicationContext(WorkerModule.with(ports, settings), {
    logger: false,
    abortOnError: false,
  });
  const handler = processJob(context.get(RunJob), logger);
  await Promise.all(QUEUE_NAMES.map((queue) => ports.consumer.start(queue, handler)));
  const stopJanitor = startVaultJanitor(ports.vault, settings, logger);
  const tools = { heal: context.get(HealPlacement), leased: context.get(LeasedWork) };
  const stopWatch = startVaultWatch(ports.watchVault ?? null, tools);
  return {
    stop: async () => {
      stopJanitor();
      await stopWatch();
      await ports.consumer.drain(settings.drainGraceMs);
      await context.close();
    },
  };
};
