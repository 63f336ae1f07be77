import type { Channel, Frame } from './frame.js';
import { IncomingCalls } from './incoming-calls.js';
import { OutgoingCalls, type CallOptions, type OutgoingSettings } from './outgoing-calls.js';
import type { ArgsOf, Asked, ItemOf, Service, Streamed } from './service.js';

/**
 * One end of a channel over which both ends call each other: values, streams of bytes in bounded memory, cancellation in both
 * directions. Faults keep their code and facts, of other errors only the name crosses.
 */
export class Peer<Remote extends Service> {
  private readonly outgoing: OutgoingCalls;
  private readonly incoming: IncomingCalls;
  /** Resolves once the channel is gone; every call has been rejected then. */
  readonly closed: Promise<void>;

  constructor(channel: Channel, service: Service, settings: OutgoingSettings) {
    const send = (frame: Frame): void => channel.send(frame);
    this.outgoing = new OutgoingCalls(send, settings);
    this.incoming = new IncomingCalls(service, send);
    this.closed = new Promise((resolve) => {
      channel.listen(
        (frame) => (isForCallee(frame) ? this.incoming : this.outgoing).receive(frame),
        () => {
          this.outgoing.close();
          this.incoming.close();
          resolve();
        },
      );
    });
  }

  call<M extends Asked<Remote>>(
    method: M,
    args: ArgsOf<Remote[M]>,
    options: CallOptions,
  ): Promise<Awaited<ReturnType<Remote[M]>>> {
    return this.outgoing.call(method, args, options) as Promise<Awaited<ReturnType<Remote[M]>>>;
  }

  stream<M extends Streamed<Remote>>(
    method: M,
    args: ArgsOf<Remote[M]>,
    signal: AbortSignal,
  ): AsyncGenerator<ItemOf<Remote[M]>> {
    return this.outgoing.stream(method, args, signal) as AsyncGenerator<ItemOf<Remote[M]>>;
  }
}

const isForCallee = (frame: Frame): boolean => {
  if (frame.kind === 'call' || frame.kind === 'cancel') return true;
  return 'by' in frame && frame.by === 'caller';
};
