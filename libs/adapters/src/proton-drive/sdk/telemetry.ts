import type { ProtonDriveTelemetry } from '@protontech/drive-sdk';
import type { SdkConfig, SdkTelemetry } from './sdk-config.js';

type Metric = Parameters<ProtonDriveTelemetry['recordMetric']>[0];
type Logger = ReturnType<ProtonDriveTelemetry['getLogger']>;

/** What the SDK measures, in closed terms; its log only where somebody asked for lines, with everything that names a node cut out. */
export const telemetry = ({
  onTelemetry,
  onDebugLine,
}: Pick<SdkConfig, 'onTelemetry' | 'onDebugLine'>): ProtonDriveTelemetry => ({
  recordMetric: (metric) => {
    const event = closed(metric);
    if (event) onTelemetry?.(event);
  },
  getLogger: (name) => (onDebugLine ? debugLogger(name, onDebugLine) : SILENT),
});

const nothing = (): void => undefined;
const SILENT: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

const debugLogger = (name: string, say: (line: string) => void): Logger => {
  const at = (level: string) => (line: string) => say(`${level} [${name}] ${withoutNames(line)}`);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

/**
 * Of a line of the SDK's, words of plain prose stay: URLs, uids, tokens, addresses and quoted text are all words with
 * something in them that prose has not, or longer than its words are.
 */
export const withoutNames = (line: string): string =>
  line
    .slice(0, 500)
    .split(/\s+/)
    .map((word) => (/^[("'[]*[A-Za-z#]{0,24}[0-9]{0,6}(ms|%)?[)"'\].,:;!?]*$/.test(word) ? word : '…'))
    .join(' ');

const closed = (metric: Metric): SdkTelemetry | null => {
  switch (metric.eventName) {
    case 'apiRetrySucceeded':
      return { event: 'apiRetrySucceeded', failedAttempts: metric.failedAttempts };
    case 'upload':
      return { event: 'upload', bytes: metric.uploadedSize, error: metric.error ?? null };
    case 'download':
      return { event: 'download', bytes: metric.downloadedSize, error: metric.error ?? null };
    case 'decryptionError':
    case 'verificationError':
      return { event: metric.eventName, field: metric.field };
    case 'blockVerificationError':
      return { event: 'blockVerificationError', retryHelped: metric.retryHelped };
    case 'debounceLongWait':
      return { event: 'debounceLongWait' };
    case 'volumeEventsSubscriptionsChanged':
      return null;
  }
};
