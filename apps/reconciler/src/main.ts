import { configured } from '#platform/configured.js';
import { createLogger } from '#platform/logger.js';
import { describeProcess } from '#platform/metrics.js';
import { startOperationsServer } from '#platform/operations-server.js';
import { runService, type RunningService } from '#platform/run-service.js';
import { readSettings } from '#platform/settings.js';
import { startTelemetry } from '#platform/telemetry.js';
import { VERSION } from '#platform/version.js';
import { reconcilerAdapters } from './adapters.js';
import { reconcilerSettings } from './config.js';
import { startReconciler } from './reconciler.js';

const settings = configured(() => readSettings(reconcilerSettings));
const logger = createLogger('reconciler', settings);

const start = async (): Promise<RunningService> => {
  describeProcess(VERSION);
  const stopTelemetry = startTelemetry('reconciler', VERSION, settings);
  const adapters = await reconcilerAdapters(settings, logger);
  const reconciler = await startReconciler({ ports: adapters.ports, settings, logger });
  const operations = await startOperationsServer(settings, [...adapters.probes, ...reconciler.probes]);
  return {
    ports: { operations: operations.port },
    stop: async () => {
      operations.drain();
      await reconciler.stop();
      await adapters.close();
      await stopTelemetry();
      await operations.close();
    },
  };
};

await runService(logger, start);
