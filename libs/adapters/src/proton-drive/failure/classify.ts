import type { StopCause } from '#domain/vault/vault.js';

/** What went wrong between Ballast and Proton, closed. A metric label and the key of every policy. */
export type FailureClass =
  | 'network'
  | 'outage'
  | 'throttled'
  | 'abuse-block'
  | 'human-verification'
  | 'session-expired'
  | 'session-refused'
  | 'login-refused'
  | 'refused'
  | 'quota'
  | 'plan-limit'
  | 'structure'
  | 'exists'
  | 'not-found'
  | 'integrity'
  | 'decryption'
  | 'requirements'
  | 'local'
  | 'bug';

/** What is known of a failure in closed terms; an Observation of the SDK's process is one. */
export interface FailureFacts {
  /** 0 when there was no answer. */
  readonly status: number;
  /** `Code` of the body where it is JSON. */
  readonly code: number | null;
  /** True when the body carries `Details.HumanVerificationToken`. */
  readonly humanVerification: boolean;
  /** True when the headers demand a newer client. */
  readonly requirements: boolean;
  /** `error.name`, or the `code` of an error of the operating system. */
  readonly errorName: string | null;
}

/** Proton's body codes. They decide before the HTTP status does: 2028 and 9001 arrive as 422 as well as 4xx and 5xx. */
const CODES: ReadonlyMap<number, FailureClass> = new Map<number, FailureClass>([
  [2000, 'requirements'],
  [5001, 'requirements'],
  [5003, 'requirements'],
  [2001, 'bug'],
  [2011, 'refused'],
  [2026, 'refused'],
  [2028, 'abuse-block'],
  [2500, 'exists'],
  [2501, 'not-found'],
  [2511, 'bug'],
  [8002, 'login-refused'],
  [8100, 'login-refused'],
  [9001, 'human-verification'],
  [12087, 'human-verification'],
  [9101, 'refused'],
  // Account deleted, account disabled, refresh token dead: only a new login can end these.
  [10002, 'session-refused'],
  [10003, 'session-refused'],
  [10013, 'session-refused'],
  [10004, 'plan-limit'],
  [85131, 'throttled'],
  [200001, 'quota'],
  [200002, 'quota'],
  [200100, 'quota'],
  [200003, 'plan-limit'],
  [200300, 'structure'],
  [200301, 'structure'],
  // The server checked a block that we sent against its verification token and found another one.
  [200501, 'integrity'],
]);

const STATUSES: ReadonlyMap<number, FailureClass> = new Map<number, FailureClass>([
  [401, 'session-expired'],
  [403, 'refused'],
  [404, 'not-found'],
  [408, 'network'],
  [413, 'plan-limit'],
  [429, 'throttled'],
]);

/** `error.name` of the SDK, of fetch and of ours, and `code` of the operating system. */
const NAMES: ReadonlyMap<string, FailureClass> = new Map<string, FailureClass>([
  ['ConnectionError', 'network'],
  ['OfflineError', 'network'],
  ['TimeoutError', 'network'],
  ['AbortError', 'network'],
  ['ECONNREFUSED', 'network'],
  ['ECONNRESET', 'network'],
  ['EHOSTUNREACH', 'network'],
  ['ENETUNREACH', 'network'],
  ['ENOTFOUND', 'network'],
  ['EAI_AGAIN', 'network'],
  ['EPIPE', 'network'],
  ['ETIMEDOUT', 'network'],
  ['UND_ERR_SOCKET', 'network'],
  ['UND_ERR_CONNECT_TIMEOUT', 'network'],
  ['UND_ERR_HEADERS_TIMEOUT', 'network'],
  ['UND_ERR_BODY_TIMEOUT', 'network'],
  ['ERR_IPC_CHANNEL_CLOSED', 'network'],
  ['ServerError', 'outage'],
  ['RateLimitedError', 'throttled'],
  ['NodeWithSameNameExistsValidationError', 'exists'],
  ['NotFoundAPIError', 'not-found'],
  ['InvalidRequirementsAPIError', 'requirements'],
  ['IntegrityError', 'integrity'],
  ['SignatureVerificationError', 'decryption'],
  ['DecryptionError', 'decryption'],
  ['ENOSPC', 'local'],
  ['EDQUOT', 'local'],
  ['EIO', 'local'],
  ['EROFS', 'local'],
]);

/**
 * The one table: what Ballast takes an answer, or the lack of one, for; null when nothing is wrong. In order: what concerns
 * the account as a whole, the body's code, the status, the name of the error.
 */
export const classify = (facts: FailureFacts): FailureClass | null => {
  const { status, code, humanVerification, requirements } = facts;
  if (humanVerification) return 'human-verification';
  const byCode = code === null ? undefined : CODES.get(code);
  if (byCode !== undefined) return byCode;
  if (requirements) return 'requirements';
  return status > 0 ? ofStatus(status) : ofError(facts);
};

/** Errors of the SDK have lost the status; where the server had nothing better to say, the body's code repeats it. */
const ofError = ({ code, errorName }: FailureFacts): FailureClass => {
  const byCode = code !== null && code < 600 ? ofStatus(code) : null;
  return byCode ?? NAMES.get(errorName ?? '') ?? 'bug';
};

const ofStatus = (status: number): FailureClass | null => {
  if (status < 400) return null;
  return status >= 500 ? 'outage' : (STATUSES.get(status) ?? 'bug');
};

/** The classes that stop the whole fleet at their first appearance, and the breaker that each opens. */
export const STOPS: Readonly<Partial<Record<FailureClass, StopCause>>> = {
  'abuse-block': 'abuse-block',
  'human-verification': 'human-verification',
  'session-refused': 'session',
  requirements: 'requirements',
  quota: 'quota',
};
