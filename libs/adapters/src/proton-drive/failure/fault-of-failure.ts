import { Fault, isFault, type Facts } from '#domain/fault/fault.js';
import type { FaultCode } from '#domain/fault/faults.js';
import { classify, type FailureClass, type FailureFacts } from './classify.js';

const FAULT_CODES = {
  network: 'vault.unavailable',
  outage: 'vault.unavailable',
  throttled: 'vault.throttled',
  'abuse-block': 'vault.abuse-blocked',
  'human-verification': 'vault.human-verification',
  // Once the http client has asked for other tokens and was refused with them too: another attempt may find better ones.
  'session-expired': 'vault.unavailable',
  'session-refused': 'vault.session-refused',
  'login-refused': 'vault.login-refused',
  refused: 'vault.refused',
  quota: 'vault.quota-exceeded',
  'plan-limit': 'vault.plan-limit',
  structure: 'vault.structure',
  // Drive adopts or removes what is there; one that gets this far met somebody at work, and another attempt decides anew.
  exists: 'vault.unavailable',
  'not-found': 'vault.absent',
  integrity: 'vault.corrupt',
  decryption: 'vault.undecryptable',
  requirements: 'vault.outdated',
  local: 'staging.failed',
  bug: 'vault.unexpected',
} as const satisfies Record<FailureClass, FaultCode>;

/**
 * What an error thrown by the SDK, by fetch or by the operating system means, judged by its name and codes only: its text
 * may hold anything. A Fault comes back as it is. The original is the cause, for the log's allow-list of fields.
 */
export const faultOfFailure = (error: unknown): Fault => {
  if (isFault(error)) return error;
  const { failure, facts } = diagnose(error);
  return new Fault(FAULT_CODES[failure], { class: failure, ...reasons(facts) }, { cause: error });
};

/** The class of a thrown error, for metrics. */
export const classOfFailure = (error: unknown): FailureClass => diagnose(error).failure;

interface Diagnosis {
  readonly failure: FailureClass;
  readonly facts: FailureFacts;
}

const NAMES_OF_STRUCTURE: ReadonlyMap<number | null, string> = new Map([
  [200300, 'too-many-children'],
  [200301, 'too-deep'],
]);

const reasons = ({ code, status, errorName }: FailureFacts): Facts => ({
  api: code ?? undefined,
  status: status === 0 ? undefined : status,
  name: errorName ?? undefined,
  reason: NAMES_OF_STRUCTURE.get(code),
});

/** The first in the chain of causes that tells more than "bug": the SDK wraps, and throws lists of errors as a cause. */
const diagnose = (error: unknown): Diagnosis => {
  const diagnoses = chain(error, CHAIN_MAX).map((link) => {
    const facts = factsOfError(link);
    return { facts, failure: classify(facts) ?? 'bug' };
  });
  return diagnoses.find(({ failure }) => failure !== 'bug') ?? diagnoses[0] ?? NOTHING_KNOWN;
};

const CHAIN_MAX = 10;
const NO_FACTS: FailureFacts = {
  status: 0,
  code: null,
  humanVerification: false,
  requirements: false,
  errorName: null,
};
const NOTHING_KNOWN: Diagnosis = { failure: 'bug', facts: NO_FACTS };

const chain = (error: unknown, most: number): readonly object[] => {
  const found: object[] = [];
  const waiting = [error];
  while (found.length < most && waiting.length > 0) {
    const link = waiting.shift();
    if (typeof link !== 'object' || link === null || found.includes(link)) continue;
    if (Array.isArray(link)) waiting.push(...(link as readonly unknown[]).slice(0, most));
    else {
      found.push(link);
      waiting.push('cause' in link ? link.cause : undefined);
    }
  }
  return found;
};

const factsOfError = (error: object): FailureFacts => {
  const { name, code, statusCode, details } = error as Readonly<Record<string, unknown>>;
  const api = typeof code === 'number' ? code : null;
  return {
    status: typeof statusCode === 'number' ? statusCode : 0,
    // The SDK gives its RateLimitedError the status for a code.
    code: api,
    humanVerification: typeof details === 'object' && details !== null && 'HumanVerificationToken' in details,
    requirements: false,
    errorName: typeof code === 'string' ? code : nameOf(name),
  };
};

/** Names are identifiers of classes; anything else might be text. */
const nameOf = (name: unknown): string | null =>
  typeof name === 'string' && /^[A-Za-z_]\w{0,63}$/.test(name) ? name : null;
