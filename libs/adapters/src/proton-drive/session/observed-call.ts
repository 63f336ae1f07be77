import { isFault, type Fault } from '#domain/fault/fault.js';
import type { DriveHost, Observation } from '../drive-host.js';

/**
 * A call that the worker itself makes, beside those of its SDK processes: the gate hears how it ended as of any other, so that
 * a refusal that concerns the whole fleet is in force before anybody sends again. Rejects as `work` does.
 */
export const observedCall = async <T>(
  gate: Pick<DriveHost, 'observed'>,
  op: string,
  work: () => Promise<T>,
): Promise<T> => {
  const began = performance.now();
  const tell = (facts: Partial<Observation>): Promise<void> =>
    gate.observed({ ...ANSWERED, op, ...facts, durationMs: performance.now() - began });
  const answer = await work().catch(async (error: unknown) => {
    if (isFault(error)) await tell(observationOf(error));
    throw error;
  });
  await tell({});
  return answer;
};

const ANSWERED: Omit<Observation, 'op'> = {
  ...{ status: 200, code: null, retryAfterMs: null, humanVerification: false, requirements: false },
  ...{ errorName: null, durationMs: 0, sentBytes: 0, receivedBytes: 0 },
};

const observationOf = ({ code, facts }: Fault): Partial<Observation> => ({
  status: numberOf(facts['status']) ?? 0,
  code: numberOf(facts['code']),
  retryAfterMs: numberOf(facts['retryAfterMs']),
  humanVerification: code === 'vault.human-verification',
  errorName: typeof facts['reason'] === 'string' ? facts['reason'] : null,
});

const numberOf = (fact: unknown): number | null => (typeof fact === 'number' ? fact : null);
