/**
 * What a fault means, independent of any protocol. Every edge (HTTP, job, log, exit code) maps kinds with a table that
 * `satisfies Record<FaultKind, …>`, so a new kind breaks the build until each edge answers for it.
 */
export type FaultKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'gone'
  | 'conflict'
  | 'too-large'
  | 'unsupported'
  | 'throttled'
  | 'unavailable'
  | 'exhausted'
  | 'corrupt'
  | 'bug';

/** Every fault code and its kind. A code is also a metric label and the anchor of its page in `runbooks/`. */
export const FAULTS = {
  'oid.malformed': 'invalid',
  'size.malformed': 'invalid',
  'size.mismatch': 'invalid',
  'digest.mismatch': 'invalid',
  'body.truncated': 'invalid',
  'body.stalled': 'invalid',
  'body.too-long': 'invalid',
  'request.malformed': 'invalid',
  'request.too-large': 'too-large',
  'request.unsupported-media': 'unsupported',
  'request.not-acceptable': 'unsupported',
  'batch.too-many-objects': 'too-large',
  'batch.unknown-operation': 'invalid',
  'batch.unsupported-transfer': 'invalid',
  'batch.unsupported-hash': 'conflict',
  'batch.waiting': 'throttled',
  'object.too-large': 'too-large',
  'object.absent': 'not-found',
  'object.not-durable': 'throttled',
  'object.store-failed': 'unavailable',
  'object.corrupt': 'corrupt',
  'credentials.missing': 'unauthenticated',
  'credentials.rejected': 'forbidden',
  'token.absent': 'not-found',
  'action.missing': 'forbidden',
  'action.tampered': 'forbidden',
  'action.expired': 'forbidden',
  'action.misused': 'forbidden',
  'repository.absent': 'not-found',
  'repository.malformed': 'invalid',
  'repository.exists': 'conflict',
  'range.unsatisfiable': 'invalid',
  'route.absent': 'not-found',
  'route.method-absent': 'not-found',
  'locks.unsupported': 'unsupported',
  'stream.version-conflict': 'conflict',
  'event.unreadable': 'bug',
  'lease.held': 'conflict',
  'lease.lost': 'conflict',
  'staging.full': 'exhausted',
  'staging.failed': 'exhausted',
  'staging.lost': 'gone',
  'staging.corrupt': 'corrupt',
  'staging.unwritable': 'unavailable',
  'vault.absent': 'not-found',
  'vault.refused': 'forbidden',
  'vault.full': 'exhausted',
  'vault.corrupt': 'corrupt',
  'vault.unavailable': 'unavailable',
  'vault.throttled': 'throttled',
  'vault.outage': 'unavailable',
  'vault.quota-exceeded': 'exhausted',
  'vault.abuse-blocked': 'unavailable',
  'vault.human-verification': 'unavailable',
  'vault.session-refused': 'unavailable',
  'vault.outdated': 'unavailable',
  'vault.plan-limit': 'too-large',
  'vault.structure': 'bug',
  'vault.undecryptable': 'corrupt',
  'vault.unexpected': 'bug',
  'vault.login-refused': 'forbidden',
  'vault.keys-unusable': 'invalid',
  'vault.other-account': 'conflict',
  'queue.unavailable': 'unavailable',
  'database.unavailable': 'unavailable',
  'attempt.deadline': 'unavailable',
  'service.draining': 'unavailable',
  'transfers.busy': 'throttled',
  'job.malformed': 'bug',
  'job.stale': 'gone',
  'dead-letter.absent': 'not-found',
  'dead-letter.settled': 'conflict',
  'projection.absent': 'not-found',
  'projection.poisoned': 'bug',
  'migration.mismatch': 'bug',
  'configuration.invalid': 'invalid',
  'stack.failed': 'unavailable',
  'stack.absent': 'not-found',
  'stack.running': 'conflict',
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof FAULTS;
