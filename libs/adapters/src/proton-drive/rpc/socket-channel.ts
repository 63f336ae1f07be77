import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Channel, Frame } from './frame.js';
import { FrameReader, partsOf } from './frame-stream.js';

/** Where a process that was started with a socket beside its three standard streams finds it. */
const SOCKET_FD = 3;
const READ_BYTES = 256 * 1024;

/** The socket to a process that was started with one, seen from who started it. `heard` is called for whatever comes. */
export const childChannel = (socket: Duplex, heard: () => void): Channel => ({
  send: (frame) => write(socket, frame),
  listen: (received, closed) => {
    const read = reading(socket, received);
    socket.on('data', (chunk: Uint8Array) => {
      heard();
      read(chunk);
    });
    socket.on('error', ignore);
    socket.on('close', closed);
  },
});

/** The same socket, seen from the process that was started. Throws where there is none. */
export const parentChannel = (): Channel => {
  let read: (chunk: Uint8Array) => void = ignore;
  // Into one buffer for all reads: a new one for each would be what the collector is busy with.
  const socket = new Socket({
    fd: SOCKET_FD,
    onread: {
      buffer: Buffer.alloc(READ_BYTES),
      callback: (length, buffer) => {
        read(buffer.subarray(0, length));
        return true;
      },
    },
  });
  return {
    send: (frame) => write(socket, frame),
    listen: (received, closed) => {
      read = reading(socket, received);
      socket.on('error', ignore);
      socket.on('close', closed);
      socket.resume();
    },
  };
};

/** What cannot be sent has no receiver any more; its end is told by `closed`. */
const write = (socket: Duplex, frame: Frame): void => {
  if (!socket.writable) return;
  socket.cork();
  for (const part of partsOf(frame)) socket.write(part);
  socket.uncork();
};

const reading = (socket: Duplex, received: (frame: Frame) => void): ((chunk: Uint8Array) => void) => {
  const frames = new FrameReader(received);
  return (chunk) => {
    try {
      frames.push(chunk);
    } catch {
      // Whatever comes after it would be misread.
      socket.destroy();
    }
  };
};

const ignore = (): void => undefined;
