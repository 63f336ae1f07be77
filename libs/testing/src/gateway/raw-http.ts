import { connect, type Socket } from 'node:net';

/** A connection on which a spec says exactly which bytes go out: what no well-behaved client would send. */
export class RawConnection {
  private text = '';
  private closed = false;

  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (data) => (this.text += String(data)));
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve(new RawConnection(socket)));
      socket.once('error', reject);
    });
  }

  send(data: string | Uint8Array): this {
    if (this.socket.writable) this.socket.write(data);
    return this;
  }

  /** All that came so far. */
  get received(): string {
    return this.text;
  }

  /** Everything that comes until the server closes the connection. */
  async toEnd(limitMs = 5_000): Promise<string> {
    await until(
      () => this.closed,
      limitMs,
      () => `the connection is still open after: ${this.text.slice(0, 500)}`,
    );
    return this.text;
  }

  async toInclude(part: string, limitMs = 5_000): Promise<string> {
    await until(
      () => this.text.includes(part),
      limitMs,
      () => `"${part}" did not come, only: ${this.text.slice(0, 500)}`,
    );
    return this.text;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Waits for a condition, at most `limitMs`. */
export const until = async (
  condition: () => boolean,
  limitMs = 5_000,
  why = () => 'it did not come true',
): Promise<void> => {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(why());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
