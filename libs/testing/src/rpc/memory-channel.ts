import type { Channel, Frame } from '#adapters/proton-drive/rpc/frame.js';

/** One end of a connection between two peers of one process; frames are copied, as a real channel does. */
export class MemoryChannel implements Channel {
  readonly sent: Frame[] = [];
  private other: MemoryChannel | null = null;
  private received: (frame: Frame) => void = () => undefined;
  private closed: (() => void) | null = null;

  static pair(): readonly [MemoryChannel, MemoryChannel] {
    const [one, two] = [new MemoryChannel(), new MemoryChannel()];
    one.other = two;
    two.other = one;
    return [one, two];
  }

  send(frame: Frame): void {
    const { other } = this;
    if (other === null) return;
    this.sent.push(frame);
    const copy = structuredClone(frame);
    setImmediate(() => other.received(copy));
  }

  listen(received: (frame: Frame) => void, closed: () => void): void {
    this.received = received;
    this.closed = closed;
  }

  /** Both ends see the other one gone. */
  cut(): void {
    for (const end of [this, this.other]) {
      if (end === null) continue;
      end.other = null;
      setImmediate(() => end.closed?.());
    }
  }
}
