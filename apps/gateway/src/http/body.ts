import type { IncomingMessage } from 'node:http';
import { Fault } from '#domain/fault/fault.js';

export interface Progress {
  /** How long a client may be silent, and the time over which its rate is judged. */
  readonly windowMs: number;
  readonly leastBytesPerSecond: number;
}

/** More is left to the system, and slows the client down. */
const QUEUED_BYTES = 1024 * 1024;

/**
 * The body of a request as it comes, of whatever content type. Only time spent waiting for the client counts against it: a
 * slow disk is not its fault. The socket outlives a reader that stops early, so that a refusal can still be sent.
 * Faults: `body.stalled`, `body.truncated` (the client went away).
 */
export async function* bodyOf(
  request: IncomingMessage,
  { windowMs, leastBytesPerSecond }: Progress,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const arrivals = new Arrivals(request, signal);
  let waitedMs = 0;
  let received = 0;
  try {
    for (;;) {
      for (const piece of arrivals.take()) {
        received += piece.length;
        yield piece;
      }
      if (arrivals.someAreHere) continue;
      if (request.readableEnded) return;
      if (request.destroyed || signal.aborted) throw new Fault('body.truncated');
      const since = performance.now();
      if (!(await arrivals.more(windowMs))) throw new Fault('body.stalled', { silentMs: windowMs });
      waitedMs += performance.now() - since;
      if (waitedMs < windowMs) continue;
      if (received < (leastBytesPerSecond * windowMs) / 1000) throw new Fault('body.stalled', { received, windowMs });
      waitedMs = 0;
      received = 0;
    }
  } finally {
    arrivals.close();
  }
}

/** Collects what arrives, so that a reader is woken once for many pieces: of 1 GiB, 16,000 of 64 KiB each come. */
class Arrivals {
  private pieces: Buffer[] = [];
  private bytes = 0;
  private wake: (() => void) | null = null;
  private waking: NodeJS.Immediate | null = null;

  constructor(
    private readonly request: IncomingMessage,
    private readonly signal: AbortSignal,
  ) {
    request.on('data', this.onData);
    for (const event of ENDINGS) request.on(event, this.rouse);
    signal.addEventListener('abort', this.rouse);
  }

  get someAreHere(): boolean {
    return this.pieces.length > 0;
  }

  take(): readonly Buffer[] {
    const { pieces } = this;
    this.pieces = [];
    this.bytes = 0;
    if (this.request.isPaused()) this.request.resume();
    return pieces;
  }

  /** False when nothing came in time. The end and the loss of the connection count as something. */
  more(limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limitMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  close(): void {
    this.request.off('data', this.onData);
    for (const event of ENDINGS) this.request.off(event, this.rouse);
    this.signal.removeEventListener('abort', this.rouse);
    // Without a reader, what still comes would be read and thrown away.
    if (!this.request.readableEnded) this.request.pause();
  }

  private readonly onData = (piece: Buffer): void => {
    this.pieces.push(piece);
    this.bytes += piece.length;
    if (this.bytes >= QUEUED_BYTES) this.request.pause();
    // What the system holds already comes first: up to 32 pieces before the reader's turn.
    this.waking ??= setImmediate(this.rouse);
  };

  private readonly rouse = (): void => {
    if (this.waking !== null) clearImmediate(this.waking);
    this.waking = null;
    this.wake?.();
    this.wake = null;
  };
}

const ENDINGS = ['end', 'error', 'close'] as const;

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
