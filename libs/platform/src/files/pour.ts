import { PullSource, SourceFailed } from './pull-source.js';

/** Takes a piece. Where it returns a promise, it wants no more before that has settled; where it throws, none at all. */
export type Sink = (piece: Uint8Array) => Promise<void> | undefined;

/**
 * Gives all of its bytes to a sink, in order, and settles when they have been taken. A source that pushes costs less than
 * one that is pulled: a promise or more for each of the 16,000 pieces of a gibibyte.
 */
export type Pour = (sink: Sink) => Promise<void>;

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
