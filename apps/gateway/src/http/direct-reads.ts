import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Takes what comes on a connection right where it is wanted. */
export interface Receiver {
  /** Where the next read may put its bytes: asked for after each read, also while the socket is paused; never empty. */
  readonly memory: () => Uint8Array;
  /** So many bytes are at the beginning of what `memory` gave last. May pause the socket; must not throw. */
  readonly received: (bytes: number) => void;
}

export interface DirectReads {
  /** Lets the receiver's memory go at once, and throws away what still comes. */
  discard(): void;
}

/** Bytes that nobody wants: every connection may put them here. */
export const SCRAP = new Uint8Array(64 * 1024);

/**
 * Has all that still comes on a connection read into memory of the receiver. Node does this for sockets that connect (`onread`
 * of `net.connect`) and has no way to ask it of an accepted one, so the socket gets what `onread` would have given it
 * (docs/adr/0015). Null where that is not possible, behind TLS or with another Node: then nothing has changed.
 * The HTTP parser gets nothing more, so the connection has to be closed after the answer.
 */
export const readInto = (socket: Socket, receiver: Receiver): DirectReads | null => {
  const insides = insidesOf(socket);
  if (insides === null) return null;
  const direct = ({ memory, received }: Receiver): void => {
    const first = memory();
    Reflect.set(socket, insides.buffer, first);
    Reflect.set(socket, insides.nextBuffer, memory);
    Reflect.set(socket, insides.callback, received);
    insides.useBuffer(first);
    socket.resume();
  };
  // A listener makes Node's parser let go of the socket, which it reads by itself; it is then the only other one that listens.
  socket.on('data', ignore);
  socket.removeAllListeners('data');
  direct(receiver);
  return { discard: () => direct({ memory: () => SCRAP, received: ignore }) };
};

const ignore = (): void => undefined;

interface Insides {
  readonly buffer: symbol;
  readonly nextBuffer: symbol;
  readonly callback: symbol;
  readonly useBuffer: (buffer: Uint8Array) => void;
}

const insidesOf = (socket: Socket): Insides | null => {
  if (!(socket instanceof Socket) || socket instanceof TLSSocket) return null;
  const own = new Map(Object.getOwnPropertySymbols(socket).map((symbol) => [symbol.description, symbol]));
  const [buffer, nextBuffer, callback] = ['kBuffer', 'kBufferGen', 'kBufferCb'].map((name) => own.get(name));
  const handle: unknown = Reflect.get(socket, '_handle');
  if (buffer === undefined || nextBuffer === undefined || callback === undefined) return null;
  if (typeof handle !== 'object' || handle === null) return null;
  const useUserBuffer: unknown = Reflect.get(handle, 'useUserBuffer');
  if (typeof useUserBuffer !== 'function') return null;
  return {
    buffer,
    nextBuffer,
    callback,
    useBuffer: (memory) => void Reflect.apply(useUserBuffer, handle, [memory]),
  };
};
