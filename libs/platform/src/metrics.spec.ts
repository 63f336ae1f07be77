import { FAULTS } from '#domain/fault/faults.js';
import { describeProcess, metrics, registry } from './metrics.js';
import { VERSION } from './version.js';

const CODES = Object.keys(FAULTS).length + 2;
const QUEUES = 2;
/** The most values that each label may take. A label that is not here is not allowed. */
const VALUES: Readonly<Record<string, number>> = {
  route: 6,
  method: 2,
  code_class: 5,
  operation: 2,
  outcome: 8,
  mode: 2,
  result: 6,
  op: 5,
  event: 6,
  target: 3,
  state: 5,
  where: 8,
  from: 4,
  to: 4,
  size_class: 6,
  kind: 2,
  error_class: CODES,
  queue: QUEUES,
  projection: 8,
  stream_type: 4,
  invariant: 12,
  direction: 2,
  // Causes of stops.
  class: 6,
  version: 1,
  node_version: 1,
};
/** Of metrics whose labels take other numbers of values than elsewhere. */
const COMBINATIONS: Readonly<Record<string, number>> = {
  // Twenty operations and `other`, two results: the classes of failures are counted beside.
  ballast_proton_request_duration_seconds: 21 * 2,
  // The classes of the failure table, not all codes.
  ballast_proton_errors_total: 19,
  // Answered or not; stored, staged or not.
  ballast_batch_wait_seconds: 2,
  ballast_verify_wait_seconds: 3,
};
const SERIES_MAX = 3_000;

interface Declared {
  readonly name: string;
  readonly help: string;
  readonly type: string;
}
const internals = (metric: unknown) =>
  metric as {
    readonly name: string;
    readonly help: string;
    readonly labelNames: readonly string[];
    readonly upperBounds?: readonly number[];
  };
const declared = Object.values(metrics).map(internals);

const seriesOf = ({ name, labelNames, upperBounds }: (typeof declared)[number]): number => {
  const combinations =
    COMBINATIONS[name] ?? labelNames.reduce((product, label) => product * (VALUES[label] ?? Infinity), 1);
  // Buckets, +Inf, sum and count.
  return combinations * (upperBounds === undefined ? 1 : upperBounds.length + 3);
};

describe('the metrics', () => {
  it.each(declared.map((metric) => [metric.name, metric] as const))(
    '%s is named and explained as Prometheus has it',
    (name, metric) => {
      expect(name).toMatch(/^ballast_[a-z][a-z0-9_]*[a-z0-9]$/);
      expect(metric.help).toMatch(/^[A-Z].*\.$/);
    },
  );

  it('count in names that end in _total, and only there', async () => {
    const all = (await registry.getMetricsAsJSON()) as unknown as readonly Declared[];
    for (const { name, type } of all.filter((metric) => metric.name.startsWith('ballast_'))) {
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });

  it('use base units', () => {
    for (const { name } of declared)
      expect(name).not.toMatch(/_(ms|millis|milliseconds|kb|kib|mib|minutes|percent)(_|$)/);
  });

  it('have labels from a closed list, none of which could name an object, a repository or a person', () => {
    for (const { name, labelNames } of declared)
      expect([name, labelNames.filter((label) => !(label in VALUES))]).toEqual([name, []]);
  });

  it('can never be more than Prometheus should keep for one process', () => {
    const total = declared.reduce((sum, metric) => sum + seriesOf(metric), 0);
    expect(total).toBeLessThan(SERIES_MAX);
  });

  it('refuse a label that was not declared', () => {
    expect(() => metrics.acks.inc({ repository: 'acme/demo' } as never)).toThrow(/label/);
  });

  it('tell of the process and its version', async () => {
    describeProcess(VERSION);
    const text = await registry.metrics();
    expect(text).toContain(`ballast_build_info{version="${VERSION}",node_version="${process.versions.node}"} 1`);
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });
});
