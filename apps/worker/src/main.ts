import { configured } from '#platform/configured.js';
import { tuneHeapForStreaming } from '#platform/heap.js';
import { createLogger } from '#platform/logger.js';
import { describeProcess } from '#platform/metrics.js';
import { startOperationsServer } from '#platform/operations-server.js';
import { runService, type RunningService } from '#platform/run-service.js';
import { startTelemetry } from '#platform/telemetry.js';
import { VERSION } from '#platform/version.js';
import { workerAdapters } from './adapters.js';
import { readWorkerSettings } from './config.js';
import { startWorker } from './worker.js';

tuneHeapForStreaming();

const settings = configured(() => readWorkerSettings());
const logger = createLogger('worker', settings);

const start = async (): Promise<RunningService> => {
  describeProcess(VERSION);
  const stopTelemetry = startTelemetry('worker', VERSION, settings);
  const adapters = await workerAdapters(settings, logger);
  const worker = await startWorker(adapters.ports, settings, logger);
  const operations = await startOperationsServer(settings, adapters.probes);
  return {
    ports: { operations: operations.port },
    stop: async () => {
      operations.drain();
      await worker.stop();
      await adapters.close();
      await stopTelemetry();
      await operations.close();
    },
  };
};

await runService(logger, start);
