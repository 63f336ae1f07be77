import type { IncomingMessage } from 'node:http';
import type { Bytes } from '#application/ports/blob-store.js';
import { Fault } from '#domain/fault/fault.js';

export interface Progress {
  /** How long a client may be silent, and the time over which its rate is judged. */
  readonly windowMs: number;
  readonly leastBytesPerSecond: number;
}

/**
 * The body of a request as it comes, of whatever content type. Only time spent waiting for the client counts against it: a
 * slow disk is not its fault. The socket outlives a reader that stops early, so that a refusal can still be sent.
 * Faults: `body.stalled`, `body.truncated` (the client went away).
 */
export async function* bodyOf(
  request: IncomingMessage,
  { windowMs, leastBytesPerSecond }: Progress,
  signal: AbortSignal,
): Bytes {
  let waitedMs = 0;
  let received = 0;
  for (;;) {
    const chunk = request.read() as Buffer | null;
    if (chunk !== null) {
      received += chunk.length;
      yield chunk;
      continue;
    }
    if (request.readableEnded) return;
    if (request.destroyed || signal.aborted) throw new Fault('body.truncated');
    const since = performance.now();
    if (!(await moreOf(request, windowMs, signal))) throw new Fault('body.stalled', { silentMs: windowMs });
    waitedMs += performance.now() - since;
    if (waitedMs < windowMs) continue;
    if (received < (leastBytesPerSecond * windowMs) / 1000) throw new Fault('body.stalled', { received, windowMs });
    waitedMs = 0;
    received = 0;
  }
}

/** False when nothing came in time. The end and the loss of the connection count as something. */
const moreOf = (request: IncomingMessage, limitMs: number, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const settle = (arrived: boolean): void => {
      clearTimeout(timer);
      for (const event of ENDINGS) request.off(event, some);
      signal.removeEventListener('abort', some);
      resolve(arrived);
    };
    const some = (): void => settle(true);
    const timer = setTimeout(() => settle(false), limitMs);
    for (const event of ENDINGS) request.on(event, some);
    signal.addEventListener('abort', some);
  });

const ENDINGS = ['readable', 'end', 'error', 'close'] as const;

/** What the client says it sends: null when only the end of the body will tell. */
export const declaredLength = ({ headers, httpVersionMajor }: IncomingMessage): number | null => {
  const given = headers['content-length'];
  if (given !== undefined) return Number(given);
  return httpVersionMajor === 1 && headers['transfer-encoding'] === undefined ? 0 : null;
};

/** A whole body of at most `limit` bytes, which is checked before it is read where its length is told. */
export const textOf = async (
  request: IncomingMessage,
  limit: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> => {
  const refused = () => new Fault('request.too-large', { limit });
  if ((declaredLength(request) ?? 0) > limit) throw refused();
  const deadline = performance.now() + progress.windowMs;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bodyOf(request, progress, signal)) {
    length += chunk.length;
    if (length > limit) throw refused();
    if (performance.now() > deadline) throw new Fault('body.stalled');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
