import type { UntrustedJob } from '#application/ports/job-queue.js';
import type { EventContext } from '#domain/event/event.js';

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Text from a queue as it may be written to the database and the log. */
export const printable = (text: string, charactersMax = 200): string =>
  text.slice(0, charactersMax).replace(/[^\x20-\x7e]/g, '?');

/** A payload that does not parse, as evidence: JSON text in one field, cut to size, since it may be anything. */
export const evidence = (payload: unknown): { readonly unreadable: string } => {
  try {
    return { unreadable: printable(JSON.stringify(payload) ?? 'undefined', 2_000) };
  } catch {
    return { unreadable: 'not JSON' };
  }
};

export const jobContext = ({ id, correlationId, traceparent }: UntrustedJob): EventContext => ({
  correlationId: printable(correlationId ?? id),
  causationId: printable(id),
  actor: 'service:worker',
  traceparent: traceparent !== null && TRACEPARENT.test(traceparent) ? traceparent : null,
});
