import { configured } from '#platform/configured.js';
import { tuneHeapForStreaming } from '#platform/heap.js';
import { createLogger } from '#platform/logger.js';
import { describeProcess } from '#platform/metrics.js';
import { startOperationsServer } from '#platform/operations-server.js';
import { runService } from '#platform/run-service.js';
import { readSettings } from '#platform/settings.js';
import { startTelemetry } from '#platform/telemetry.js';
import { VERSION } from '#platform/version.js';
import { gatewaySettings } from './config.js';
import { readTls } from './edge-settings.js';
import { startGateway } from './gateway.js';
import { openPorts } from './ports.js';

tuneHeapForStreaming();

const { config, tls } = configured(() => {
  const config = readSettings(gatewaySettings);
  return { config, tls: readTls(config) };
});
const logger = createLogger('gateway', config);

await runService(logger, async () => {
  const stopTelemetry = startTelemetry('gateway', VERSION, config);
  describeProcess(VERSION);
  const opened = await openPorts(config, logger);
  const gateway = await startGateway(opened.ports, { ...config, tls }, logger);
  const operations = await startOperationsServer(config, opened.probes);
  return {
    ports: { http: gateway.port, operations: operations.port },
    stop: async () => {
      operations.drain();
      await gateway.stop();
      await opened.close();
      await stopTelemetry();
      await operations.close();
    },
  };
});
