import type { Frame } from './frame.js';
import { Inflow } from './inflow.js';
import { Outflow } from './outflow.js';
import type { CallContext, Service } from './service.js';
import { RemoteError, toWire } from './wire-error.js';

interface IncomingCall {
  readonly controller: AbortController;
  readonly source: Inflow;
  answer: Outflow | null;
}

type Anyhow = (context: CallContext, ...args: readonly unknown[]) => Promise<unknown> | AsyncIterable<unknown>;

/** The calls that the other end makes, from their first frame to their answer. */
export class IncomingCalls {
  private readonly calls = new Map<number, IncomingCall>();

  constructor(
    private readonly service: Service,
    private readonly send: (frame: Frame) => void,
  ) {}

  /** Frames that a caller sends. */
  receive(frame: Frame): void {
    if (frame.kind === 'call') return this.begin(frame);
    const call = this.calls.get(frame.id);
    if (call === undefined) return;
    switch (frame.kind) {
      case 'cancel':
        return giveUp(call);
      case 'item':
        return call.source.push(frame.value);
      case 'end':
        // The caller keeps the error itself and tells it to whoever called; here it only says that the source broke.
        return call.source.end(frame.error === null ? undefined : new RemoteError('SourceFailed'));
      case 'credit':
        return call.answer?.grant(frame.weight);
      case 'stop':
        this.calls.delete(frame.id);
        return giveUp(call);
      case 'result':
      case 'failure':
    }
  }

  close(): void {
    for (const call of this.calls.values()) giveUp(call);
    this.calls.clear();
  }

  private begin({ id, method, args, streams }: Extract<Frame, { kind: 'call' }>): void {
    const source = new Inflow({
      credit: (weight) => this.send({ kind: 'credit', id, by: 'callee', weight }),
      stop: () => this.send({ kind: 'stop', id, by: 'callee' }),
    });
    if (!streams) source.end();
    const call: IncomingCall = { controller: new AbortController(), source, answer: null };
    this.calls.set(id, call);
    this.run(call, id, () => {
      if (!Object.hasOwn(this.service, method)) throw new RemoteError('UnknownMethod');
      return (this.service[method] as Anyhow)({ signal: call.controller.signal, source }, ...args);
    });
  }

  private run(call: IncomingCall, id: number, work: () => ReturnType<Anyhow>): void {
    const failed = (error: unknown): void => this.finish(call, { kind: 'failure', id, error: toWire(error) });
    try {
      const answer = work();
      if (Symbol.asyncIterator in answer) this.stream(call, id, answer);
      else answer.then((value) => this.finish(call, { kind: 'result', id, value }), failed);
    } catch (error) {
      failed(error);
    }
  }

  private stream(call: IncomingCall, id: number, answer: AsyncIterable<unknown>): void {
    call.answer = new Outflow(answer, {
      item: (value) => this.send({ kind: 'item', id, by: 'callee', value }),
      ended: (error) =>
        this.finish(call, { kind: 'end', id, by: 'callee', error: error === undefined ? null : toWire(error) }),
    });
  }

  private finish(call: IncomingCall, frame: Frame): void {
    if (this.calls.get(frame.id) !== call) return;
    this.calls.delete(frame.id);
    call.source.abandon();
    this.send(frame);
  }
}

const giveUp = (call: IncomingCall): void => {
  const reason = new DOMException('the caller gave up', 'AbortError');
  call.controller.abort(reason);
  call.source.abandon(reason);
  call.answer?.stop();
};
