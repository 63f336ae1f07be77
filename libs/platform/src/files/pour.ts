import { PullSource, SourceFailed } from './pull-source.js';

/** Takes a piece. Where it returns a promise, it wants no more before that has settled; where it throws, none at all. */
export type Sink = (piece: Uint8Array) => Promise<void> | undefined;

/**
 * Memory where a source may put bytes itself instead of giving them as a piece: not while a promise of the sink is pending, and
 * never after the source has settled, which it does soon after the signal of the copy. Others use that memory then.
 */
export interface Room {
  /** Where the next bytes may go; null where they have to come as a piece. The same again until some are there. Does not throw. */
  next(): Uint8Array | null;
  /** So many bytes are at the beginning of what `next` gave. Throws as the sink does. */
  took(bytes: number): void;
}

/**
 * Gives all of its bytes to a sink, or to the room where it can fill that itself, in order, and settles when they have been
 * taken. A source that pushes costs less than one that is pulled: a promise or more for each of the 16,000 pieces of a
 * gibibyte.
 */
export type Pour = (sink: Sink, room?: Room) => Promise<void>;

/** Pulls a source piece by piece, for as long as the signal has not fired. */
export const pulled =
  (source: AsyncIterable<Uint8Array>, signal: AbortSignal): Pour =>
  async (sink) => {
    const pulling = new PullSource(source, signal);
    try {
      for (let piece = await pulling.next(); piece !== null; piece = await pulling.next()) {
        const taken = sink(piece);
        if (taken !== undefined) await taken;
      }
    } catch (error) {
      throw error instanceof SourceFailed ? error.cause : error;
    } finally {
      pulling.close();
    }
  };
