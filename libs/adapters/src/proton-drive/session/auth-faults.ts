import { Fault } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';

/** An answer of the API that is no success, in closed terms: neither its text nor its URL is kept. */
export interface Refusal {
  /** Method and path with ids left out. */
  readonly op: string;
  readonly status: number;
  /** `Code` of the body, null where there is none. */
  readonly code: number | null;
  readonly retryAfterMs: number | null;
  /** The body has `Details.HumanVerificationToken`. */
  readonly humanVerification: boolean;
}

/**
 * What was asked for decides what an unspecific refusal means: a login that was refused was typed wrongly, a session that was
 * refused has ended, and anything else is refused without consequences.
 */
export type Asking = 'login' | 'renewal' | 'session';

type Meaning = readonly [code: FaultCode, reason: string];

/** Codes of the body, whatever the status: Proton sends several of them as 422. */
const BY_CODE: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [401, ['vault.session-refused', 'access-token']],
  [10013, ['vault.session-refused', 'refresh-token']],
  [2028, ['vault.abuse-blocked', 'blocked']],
  [9001, ['vault.human-verification', 'captcha']],
  [12087, ['vault.human-verification', 'captcha']],
  [5001, ['vault.outdated', 'app-version']],
  [5003, ['vault.outdated', 'app-version']],
  [8002, ['vault.login-refused', 'password']],
  [8100, ['vault.login-refused', 'single-sign-on']],
  [10002, ['vault.login-refused', 'account-deleted']],
  [10003, ['vault.login-refused', 'account-disabled']],
  [10004, ['vault.login-refused', 'plan']],
  [429, ['vault.throttled', 'too-many-requests']],
  [85131, ['vault.throttled', 'too-many-requests']],
]);

const UNSPECIFIC = {
  login: ['vault.login-refused', 'refused'],
  renewal: ['vault.session-refused', 'refresh-token'],
  session: ['vault.refused', 'refused'],
} as const satisfies Record<Asking, Meaning>;

/** Retried after a pause, never at once: Proton's own clients wait this long when it does not say. */
const PAUSE_MS = 10_000;

export const faultOf = (refusal: Refusal, asking: Asking): Fault => {
  const [code, reason] = meaningOf(refusal, asking);
  const { op, status, retryAfterMs } = refusal;
  const wait = code === 'vault.throttled' ? { retryAfterMs: retryAfterMs ?? PAUSE_MS } : {};
  return new Fault(code, { reason, op, status, code: refusal.code ?? undefined, ...wait });
};

const meaningOf = ({ status, code, humanVerification }: Refusal, asking: Asking): Meaning => {
  // A block may carry a token for verification as well (seen in the wild): the human comes first, since that can be solved.
  if (humanVerification) return ['vault.human-verification', 'captcha'];
  const known = code === null ? undefined : BY_CODE.get(code);
  if (known) return known;
  if (status === 429) return ['vault.throttled', 'too-many-requests'];
  if (status === 401) return ['vault.session-refused', 'access-token'];
  if (status >= 500 || status < 400) return ['vault.unavailable', `status-${status}`];
  return UNSPECIFIC[asking];
};
