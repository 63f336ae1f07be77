import type { FaultCode } from '#domain/fault/faults.js';
import { Fault } from '#domain/fault/fault.js';
import type { QueueName } from '#contracts/jobs/jobs.js';

export const errorCode = (error: unknown): FaultCode | 'unexpected' =>
  error instanceof Fault ? error.code : 'unexpected';

/** What may be kept of an error: a Fault's facts, of anything else its class and place, since its text may hold anything. */
export const errorDetail = (error: unknown): string => {
  if (error instanceof Fault) return error.message.slice(0, DETAIL_MAX);
  const name = error instanceof Error ? error.name : typeof error;
  return `${name} in ${ownFrame(error)}`.slice(0, DETAIL_MAX);
};

/** Equal for failures of one cause, whatever the object, the line number and the build. */
export const fingerprint = (queue: QueueName, error: unknown): string =>
  `${queue}/${errorCode(error)}/${ownFrame(error)}`;

const DETAIL_MAX = 500;
const NOWHERE = 'elsewhere';
const FRAME = /^\s*at (?:async )?(?:new )?(?:(?<name>[^\s(]+) (?:\[as [^\]]+\] )?)?\(?(?<place>[^()\s]+?)(?::\d+)*\)?$/;
const OWN = /^(?!.*node_modules).*[/\\](?:libs|apps)[/\\]/;

/** The first function on the stack that is ours, or its file where it has no name. */
const ownFrame = (error: unknown): string => {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.map(ownFunction).find((name) => name !== null) ?? NOWHERE;
};

const ownFunction = (line: string): string | null => {
  const { name, place } = FRAME.exec(line)?.groups ?? {};
  if (place === undefined || !OWN.test(place)) return null;
  return name !== undefined && !name.includes('<anonymous>') ? name : fileName(place);
};

const fileName = (place: string): string => /([^/\\]+?)\.[jt]s$/.exec(place)?.[1] ?? NOWHERE;
