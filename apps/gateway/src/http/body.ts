import type { IncomingMessage } from 'node:http';
import type { Body } from '#application/ports/hot-tier.js';
import { Fault } from '#domain/fault/fault.js';
import type { Room, Sink } from '#platform/files/pour.js';
import { readInto, SCRAP, type DirectReads } from './direct-reads.js';

export interface Progress {
  /** How long a client may be silent, and the time over which its rate is judged. */
  readonly windowMs: number;
  readonly leastBytesPerSecond: number;
}

/**
 * The body of a request as it comes, of whatever content type. Only time spent waiting for the client counts against it: a
 * slow disk is not its fault. The socket outlives a sink that wants no more, so that a refusal can still be sent.
 * Faults: `body.stalled`, `body.truncated` (the client went away, or the signal fired).
 */
export const bodyOf =
  (request: IncomingMessage, progress: Progress, signal: AbortSignal): Body =>
  (sink, room = NO_ROOM) =>
    new Pouring(request, progress, signal, { sink, room }).done;

const NO_ROOM: Room = { next: () => null, took: () => undefined };

interface Taker {
  readonly sink: Sink;
  readonly room: Room;
}

/** What a read takes at most where nobody has room for more. */
const PIECE_BYTES = 64 * 1024;

/** Pushes what arrives to the sink at once: of 1 GiB, 16,000 pieces of 64 KiB come, too many to have a promise each. */
class Pouring {
  private readonly settled = Promise.withResolvers<void>();
  private silence: NodeJS.Timeout;
  /** Since when the client is waited for; null while the sink is. */
  private since: number | null = performance.now();
  private waitedMs = 0;
  private received = 0;
  private ended = false;
  private over = false;
  /** Not null once the body is read past the HTTP parser. */
  private direct: DirectReads | null = null;
  /** Bytes of such a body that have not come yet, and where the next of them go. */
  private left = 0;
  private target: Uint8Array = SCRAP;
  private intoRoom = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly progress: Progress,
    private readonly signal: AbortSignal,
    private readonly taker: Taker,
  ) {
    this.silence = setTimeout(this.onSilence, progress.windowMs);
    if (request.readableEnded) this.settle();
    else if (request.destroyed || signal.aborted) this.onLoss();
    else this.begin();
  }

  get done(): Promise<void> {
    return this.settled.promise;
  }

  private begin(): void {
    this.request.on('end', this.onEnd);
    for (const event of LOSSES) this.request.on(event, this.onLoss);
    this.signal.addEventListener('abort', this.onLoss);
    if ((this.taker.room.next() !== null && this.readDirectly()) || this.over) return;
    this.request.on('data', this.onPiece);
    if (this.since !== null && this.request.isPaused()) this.request.resume();
  }

  private readonly onPiece = (piece: Buffer): void => {
    this.take(piece.length, () => this.taker.sink(piece));
  };

  private take(bytes: number, take: () => Promise<void> | undefined): void {
    try {
      this.judgeRate();
      this.received += bytes;
      const taken = take();
      if (taken === undefined) this.since = performance.now();
      else this.waitFor(taken);
    } catch (error) {
      this.settle({ error });
    }
  }

  /** A large body is read right into the memory from where it is hashed and written, past the HTTP parser. */
  private readDirectly(): boolean {
    const { request } = this;
    const length = request.httpVersionMajor === 1 ? declaredLength(request) : null;
    if (length === null) return false;
    const parsed = request.read() as Buffer | null;
    // Told before the sink gets the piece, whose memory it may free.
    this.left = length - (parsed?.length ?? 0);
    if (parsed !== null) this.onPiece(parsed);
    if (this.over || this.since === null || this.left === 0) return false;
    const receiver = { memory: () => this.memory(), received: (bytes: number) => this.onRead(bytes) };
    this.direct = readInto(request.socket, receiver);
    return this.direct !== null;
  }

  private memory(): Uint8Array {
    if (this.over || this.left === 0) return SCRAP;
    const room = this.since === null ? null : this.taker.room.next();
    this.intoRoom = room !== null;
    this.target = room ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
    return this.target.subarray(0, this.left);
  }

  private onRead(bytes: number): void {
    if (this.over || this.left === 0) return;
    this.left -= bytes;
    this.take(bytes, () => {
      if (!this.intoRoom) return this.taker.sink(this.target.subarray(0, bytes));
      this.taker.room.took(bytes);
      return undefined;
    });
    if (this.left === 0) this.onEnd();
  }

  /** What is paused while the sink is busy. */
  private get source(): { pause(): unknown; resume(): unknown } {
    return this.direct === null ? this.request : this.request.socket;
  }

  private judgeRate(): void {
    const { windowMs, leastBytesPerSecond } = this.progress;
    if (this.since !== null) this.waitedMs += performance.now() - this.since;
    if (this.waitedMs < windowMs) return;
    const { received } = this;
    if (received < (leastBytesPerSecond * windowMs) / 1000) throw new Fault('body.stalled', { received, windowMs });
    this.waitedMs = 0;
    this.received = 0;
  }

  private waitFor(taken: Promise<void>): void {
    this.since = null;
    this.source.pause();
    taken.then(
      () => this.goOn(),
      (error: unknown) => this.settle({ error }),
    );
  }

  private goOn(): void {
    if (this.ended) return this.settle();
    this.since = performance.now();
    this.source.resume();
  }

  // Pieces do not put the timer off one by one: it looks itself whether one has come.
  private readonly onSilence = (): void => {
    const { windowMs } = this.progress;
    const silentMs = this.since === null ? 0 : performance.now() - this.since;
    if (silentMs >= windowMs) return this.settle({ error: new Fault('body.stalled', { silentMs: windowMs }) });
    this.silence = setTimeout(this.onSilence, Math.max(1, windowMs - silentMs));
  };

  private readonly onEnd = (): void => {
    this.ended = true;
    if (this.since !== null) this.settle();
  };

  private readonly onLoss = (): void => {
    if (!this.ended) this.settle({ error: new Fault('body.truncated') });
  };

  private settle(failed?: { readonly error: unknown }): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.silence);
    this.request.off('data', this.onPiece);
    this.request.off('end', this.onEnd);
    for (const event of LOSSES) this.request.off(event, this.onLoss);
    this.signal.removeEventListener('abort', this.onLoss);
    // Without a reader, what still comes would be read and thrown away.
    if (!this.request.readableEnded) this.source.pause();
    // A refusal reaches a client only if what it still sends is read.
    if (failed !== undefined) this.direct?.discard();
    if (failed === undefined) this.settled.resolve();
    else this.settled.reject(failed.error);
  }
}

const LOSSES = ['error', 'close'] as const;

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
  const pour = bodyOf(request, progress, signal);
  await pour((chunk) => {
    length += chunk.length;
    if (length > limit) throw refused();
    if (performance.now() > deadline) throw new Fault('body.stalled');
    chunks.push(chunk);
    return undefined;
  });
  return Buffer.concat(chunks).toString('utf8');
};
