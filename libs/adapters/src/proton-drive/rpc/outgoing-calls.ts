import type { Frame } from './frame.js';
import { Inflow } from './inflow.js';
import { Outflow } from './outflow.js';
import { fromWire, toWire } from './wire-error.js';

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly source?: AsyncIterable<unknown>;
}

interface OutgoingCall {
  /** Ends the call: with a value, with an error, or because nobody will answer any more. */
  readonly settle: (outcome: { readonly value: unknown } | { readonly error: unknown }) => void;
  readonly source: Outflow | null;
  readonly answer: Inflow | null;
}

export interface OutgoingSettings {
  /** How long a call that was given up may take to end in order. */
  readonly stopMs: number;
  /** The error of every call whose connection is gone. */
  readonly lost: () => Error;
}

/** The calls that this end makes, from their first frame to their answer. */
export class OutgoingCalls {
  private readonly calls = new Map<number, OutgoingCall>();
  private lastId = 0;
  private closed = false;

  constructor(
    private readonly send: (frame: Frame) => void,
    private readonly settings: OutgoingSettings,
  ) {}

  /**
   * Rejects with the signal's reason once it fires and the other end has stopped, or has had its time to. An error of the
   * source comes back as it was thrown.
   */
  async call(method: string, args: readonly unknown[], { signal, source }: CallOptions): Promise<unknown> {
    signal.throwIfAborted();
    if (this.closed) throw this.settings.lost();
    const id = ++this.lastId;
    const ending = Promise.withResolvers<unknown>();
    const sent = source === undefined ? null : this.outflow(id, source);
    const onAbort = (): void => this.giveUp(id, ending.reject, signal);
    signal.addEventListener('abort', onAbort, { once: true });
    this.calls.set(id, {
      source: sent?.flow ?? null,
      answer: null,
      settle: (outcome) => {
        if ('value' in outcome) ending.resolve(outcome.value);
        else ending.reject(sent?.failure === null || sent === null ? outcome.error : sent.failure.error);
      },
    });
    this.send({ kind: 'call', id, method, args, streams: source !== undefined });
    try {
      const value = await ending.promise;
      signal.throwIfAborted();
      return value;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
      sent?.flow.stop();
      this.calls.delete(id);
    }
  }

  /** Nothing is asked before the first item is; at the signal it ends at once with its reason. */
  async *stream(method: string, args: readonly unknown[], signal: AbortSignal): AsyncGenerator<unknown> {
    signal.throwIfAborted();
    if (this.closed) throw this.settings.lost();
    const id = ++this.lastId;
    const answer = new Inflow({
      credit: (weight) => this.send({ kind: 'credit', id, by: 'caller', weight }),
      stop: () => this.send({ kind: 'stop', id, by: 'caller' }),
    });
    const onAbort = (): void => answer.abandon(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const settle: OutgoingCall['settle'] = (outcome) => answer.end('error' in outcome ? outcome.error : undefined);
    this.calls.set(id, { source: null, answer, settle });
    this.send({ kind: 'call', id, method, args, streams: false });
    try {
      yield* answer;
    } finally {
      signal.removeEventListener('abort', onAbort);
      answer.abandon();
      this.calls.delete(id);
    }
  }

  /** Frames that a callee sends. */
  receive(frame: Frame): void {
    const call = this.calls.get(frame.id);
    if (call === undefined) return;
    switch (frame.kind) {
      case 'result':
        return call.settle({ value: frame.value });
      case 'failure':
        return call.settle({ error: fromWire(frame.error) });
      case 'item':
        return call.answer?.push(frame.value);
      case 'end':
        return call.answer?.end(frame.error === null ? undefined : fromWire(frame.error));
      case 'credit':
        return call.source?.grant(frame.weight);
      case 'stop':
        return call.source?.stop();
      case 'call':
      case 'cancel':
    }
  }

  close(): void {
    this.closed = true;
    for (const call of this.calls.values()) {
      call.source?.stop();
      call.settle({ error: this.settings.lost() });
    }
    this.calls.clear();
  }

  private giveUp(id: number, reject: (reason: unknown) => void, signal: AbortSignal): void {
    this.send({ kind: 'cancel', id });
    setTimeout(() => reject(signal.reason), this.settings.stopMs).unref();
  }

  private outflow(
    id: number,
    source: AsyncIterable<unknown>,
  ): { readonly flow: Outflow; readonly failure: { error: unknown } | null } {
    const state: { flow: Outflow; failure: { error: unknown } | null } = {
      failure: null,
      flow: new Outflow(source, {
        item: (value) => this.send({ kind: 'item', id, by: 'caller', value }),
        ended: (error) => {
          if (error !== undefined) state.failure = { error };
          this.send({ kind: 'end', id, by: 'caller', error: error === undefined ? null : toWire(error) });
        },
      }),
    };
    return state;
  }
}
