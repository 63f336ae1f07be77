import type { Observation } from '../drive-host.js';

/** An answer of Proton's API as far as its meaning depends on it. */
export interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** Parsed JSON; null where there is none. */
  readonly body: unknown;
}

export type AnswerFacts = Pick<
  Observation,
  'status' | 'code' | 'retryAfterMs' | 'humanVerification' | 'requirements' | 'errorName'
>;

/** Reads an answer in closed terms. `clientVersion` is that of the SDK, which the requirements speak of. */
export const answerFacts = (answer: Answer, clientVersion: string, now: Date): AnswerFacts => {
  const { Code: code, Details: details } = record(answer.body);
  return {
    status: answer.status,
    code: Number.isSafeInteger(code) ? (code as number) : null,
    retryAfterMs: retryAfterMs(answer.headers.get('retry-after'), now),
    humanVerification: asksForHuman(code, record(details)),
    requirements: demandsUpgrade(answer.headers, clientVersion),
    errorName: null,
  };
};

const NEEDS_HUMAN = 9001;
const RETRY_AFTER_MOST_MS = 24 * 3_600_000;

// Some answers carry 9001 inside the details of a 2028.
const asksForHuman = (code: unknown, details: Readonly<Record<string, unknown>>): boolean =>
  code === NEEDS_HUMAN || details['Code'] === NEEDS_HUMAN || 'HumanVerificationToken' in details;

/** Seconds or an HTTP date, as RFC 9110 has it; null when absent or neither. */
const retryAfterMs = (header: string | null, now: Date): number | null => {
  if (header === null) return null;
  const ms = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(0, ms), RETRY_AFTER_MOST_MS) : null;
};

/** Bits of `x-pm-drive-requirements` that mean nothing: Proton tests the header itself with them. */
const MEANINGLESS_BITS = 1;

/**
 * `x-pm-drive-requirements: drive=<bits>` names features that a client has to know (this SDK knows none),
 * `x-pm-drive-platform-requirements: required=<version>` the oldest SDK. Anything else in them is not for us.
 */
const demandsUpgrade = (headers: Answer['headers'], clientVersion: string): boolean => {
  const bits = Number(pairs(headers.get('x-pm-drive-requirements')).get('drive') ?? 0);
  if (Number.isSafeInteger(bits) && bits > 0 && (bits & ~MEANINGLESS_BITS) !== 0) return true;
  return isOlder(clientVersion, pairs(headers.get('x-pm-drive-platform-requirements')).get('required') ?? '');
};

const pairs = (header: string | null): ReadonlyMap<string, string> =>
  new Map(
    (header ?? '')
      .slice(0, 1_000)
      .split(/\s+/)
      .map((pair) => pair.split('='))
      .flatMap(([name, value, ...more]) =>
        name !== undefined && value !== undefined && more.length === 0 ? [[name.toLowerCase(), value] as const] : [],
      ),
  );

const isOlder = (version: string, required: string): boolean => {
  const [has, needs] = [parts(version), parts(required)];
  const place = needs.findIndex((number, index) => number !== has[index]);
  return has.length === 3 && place >= 0 && (has[place] ?? 0) < (needs[place] ?? 0);
};

const parts = (version: string): readonly number[] =>
  /(?<!\d)(\d{1,6})\.(\d{1,6})\.(\d{1,6})/.exec(version)?.slice(1).map(Number) ?? [];

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
