import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * Every metric of Ballast, declared once: closed label sets, base units, never an oid, repository, user or URL as a label.
 * Services record; `metrics-server.ts` shows. Gauges that read a state are set by whoever owns that state.
 */
export const registry = new Registry();

const SECONDS = [0.001, 0.005, 0.02, 0.1, 0.3, 0.8, 2, 5, 15, 60, 300];

const histogram = <Label extends string>(name: string, help: string, labelNames: readonly Label[], buckets = SECONDS) =>
  new Histogram({ name: `ballast_${name}`, help, labelNames: [...labelNames], buckets, registers: [registry] });
const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
  new Counter({ name: `ballast_${name}`, help, labelNames: [...labelNames], registers: [registry] });
const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
  new Gauge({ name: `ballast_${name}`, help, labelNames: [...labelNames], registers: [registry] });

export const metrics = {
  httpDuration: histogram('http_request_duration_seconds', 'Time to the end of a response.', [
    'route',
    'method',
    'code_class',
  ]),
  httpInFlight: gauge('http_requests_in_flight', 'Requests being answered.', ['route']),
  httpRequestBytes: counter('http_request_bytes_total', 'Body bytes received.', ['route']),
  httpResponseBytes: counter('http_response_bytes_total', 'Body bytes sent.', ['route']),
  batchObjects: counter('batch_objects_total', 'Objects of batch requests by answer.', ['operation', 'outcome']),
  batchWait: histogram('batch_wait_seconds', 'Time that batch requests waited for durability.', ['outcome']),
  verifyWait: histogram('verify_wait_seconds', 'Time that verify requests waited for durability.', ['outcome']),
  acks: counter('acks_total', 'Objects whose push was told success, by the promise behind it.', ['mode']),
  authAttempts: counter('auth_attempts_total', 'Credentials presented.', ['method', 'result']),
  signedActions: counter('signed_actions_total', 'Signed actions.', ['op', 'event']),
  stageDuration: histogram('stage_duration_seconds', 'Time from first byte to synced file.', ['result']),
  stageFsync: histogram('stage_fsync_seconds', 'Time of fsync in the hot tier.', ['target']),
  stageBytes: gauge('stage_bytes', 'Bytes in the hot tier.', ['state']),
  stageObjects: gauge('stage_objects', 'Objects in the hot tier.', ['state']),
  stageCapacity: gauge('stage_capacity_bytes', 'Bytes that the hot tier may hold.', []),
  stageFree: gauge('stage_free_bytes', 'Free bytes on the disk of the hot tier.', []),
  integrityFailures: counter('integrity_failures_total', 'Digests that were not what they had to be.', ['where']),
  objectTransitions: counter('object_transitions_total', 'Changes of state of objects.', ['from', 'to']),
  objects: gauge('objects', 'Objects by state.', ['state']),
  objectBytes: gauge('object_bytes', 'Bytes of objects by state.', ['state']),
  stagedToStored: histogram('staged_to_stored_seconds', 'Time from staged to stored.', ['size_class']),
  jobDuration: histogram('transfer_job_duration_seconds', 'Time of one attempt at a job.', ['kind', 'result']),
  jobAttempts: counter('transfer_attempts_total', 'Attempts at jobs.', ['kind', 'error_class']),
  queueJobs: gauge('queue_jobs', 'Jobs in the queues.', ['queue', 'state']),
  queueRebuilt: counter('queue_rebuilt_jobs_total', 'Jobs that the queue had lost and that were queued again.', [
    'queue',
  ]),
  deadLetters: gauge('dead_letters', 'Open dead letters.', ['queue', 'error_class']),
  deadLettersTotal: counter('dead_letters_total', 'Dead letters recorded.', ['queue', 'error_class']),
  leaseConflicts: counter('lease_conflicts_total', 'Leases asked for while another held them.', []),
  fencedWrites: counter('fenced_writes_total', 'Commits refused because a newer holder has the lease.', []),
  outboxPending: gauge('outbox_pending', 'Messages not yet sent to the queue.', []),
  outboxOldestAge: gauge('outbox_oldest_age_seconds', 'Age of the oldest unsent message.', []),
  outboxDispatch: counter('outbox_dispatch_total', 'Messages sent to the queue.', ['result']),
  projectionLagEvents: gauge('projection_lag_events', 'Events that a projection has yet to handle.', ['projection']),
  projectionLagSeconds: gauge(
    'projection_lag_seconds',
    'Age of the oldest event that a projection has yet to handle.',
    ['projection'],
  ),
  appendDuration: histogram('event_append_seconds', 'Time of one append.', ['stream_type']),
  appendConflicts: counter('event_append_conflicts_total', 'Appends refused for a version conflict.', ['stream_type']),
  vaultDuration: histogram(
    'vault_request_duration_seconds',
    'Time of one call to a vault, of a download to its last byte.',
    ['op', 'result'],
  ),
  vaultBytes: counter('vault_bytes_total', 'Bytes of objects moved to and from vaults.', ['direction']),
  vaultOutside: counter(
    'vault_outside_changes_total',
    'What others did to files of Ballast in the vault, by what became of it.',
    ['kind'],
  ),
  protonDuration: histogram(
    'proton_request_duration_seconds',
    'Time of one request to Proton.',
    ['op', 'result'],
    [0.1, 0.5, 2, 10, 60],
  ),
  protonErrors: counter('proton_errors_total', 'Answers of Proton, or the lack of one, that are no success.', [
    'error_class',
  ]),
  protonBytes: counter('proton_bytes_total', 'Bytes of bodies exchanged with Proton, encrypted.', ['direction']),
  protonThrottle: counter('proton_throttle_seconds_total', 'Seconds of pauses that Proton asked for.', []),
  protonBreaker: gauge('proton_breaker_state', 'Breakers of the vault: 0 closed, 1 waiting for a probe, 2 open.', [
    'class',
  ]),
  protonRate: gauge('proton_limiter_requests_per_second', 'Requests per second that the whole fleet may send now.', []),
  protonTokens: gauge('proton_limiter_tokens', 'Requests that the whole fleet may send at once.', []),
  protonConcurrency: gauge('proton_concurrency', 'Calls of this process to Proton Drive that are under way.', []),
  protonQuota: gauge('proton_quota_bytes', 'Space of the Proton account.', ['kind']),
  protonSessionRefreshes: counter(
    'proton_session_refresh_total',
    'Renewals of the session at Proton by how they ended.',
    ['result'],
  ),
  protonSdkEvents: counter('proton_sdk_events_total', 'What the Proton Drive SDK reports of itself.', ['event']),
  protonSessionExpires: gauge(
    'proton_session_expires_timestamp_seconds',
    'When the access token of the session at Proton ends.',
    [],
  ),
  cacheRequests: counter('cache_requests_total', 'Downloads by where the bytes came from.', ['result']),
  cacheEvictions: counter('cache_evictions_total', 'Objects evicted from the hot tier.', []),
  invariantViolations: counter('invariant_violations_total', 'Things that must never be; any is a page.', [
    'invariant',
  ]),
  buildInfo: gauge('build_info', 'Constant 1, labelled with versions.', ['version', 'node_version']),
} as const;

/** Adds process metrics and build information; called once by each service. */
export const describeProcess = (version: string): void => {
  collectDefaultMetrics({ register: registry });
  metrics.buildInfo.set({ version, node_version: process.versions.node }, 1);
};
