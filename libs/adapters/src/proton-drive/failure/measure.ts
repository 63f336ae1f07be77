import { metrics } from '#platform/metrics.js';
import type { Observation } from '../drive-host.js';
import type { FailureClass } from './classify.js';

/** Names of operations have no ids, but who knows what an SDK of tomorrow calls: beyond so many they are one. */
const OPERATIONS_MAX = 20;
const operations = new Set<string>();

/** Records one request in the metrics. */
export const measure = (observation: Observation, failure: FailureClass | null): void => {
  const { op, durationMs, sentBytes, receivedBytes } = observation;
  metrics.protonDuration.observe({ op: operation(op), result: failure === null ? 'ok' : 'failed' }, durationMs / 1_000);
  if (failure !== null) metrics.protonErrors.inc({ error_class: failure });
  metrics.protonBytes.inc({ direction: 'sent' }, sentBytes);
  metrics.protonBytes.inc({ direction: 'received' }, receivedBytes);
};

const operation = (op: string): string => {
  if (operations.size < OPERATIONS_MAX) operations.add(op);
  return operations.has(op) ? op : 'other';
};
