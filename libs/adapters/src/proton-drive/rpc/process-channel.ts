import type { ChildProcess } from 'node:child_process';
import type { Channel, Frame } from './frame.js';

/** The channel of `fork` with `serialization: 'advanced'`, seen from the process that forked. `heard` is called for each frame. */
export const childChannel = (child: ChildProcess, heard: () => void): Channel => ({
  send: (frame) => {
    // What cannot be sent has no receiver any more; its end is told by `closed`.
    if (child.connected) child.send(frame, undefined, undefined, ignore);
  },
  listen: (received, closed) => {
    const end = once(closed);
    child.on('message', (message) => {
      heard();
      if (isFrame(message)) received(message);
    });
    child.on('disconnect', end);
    child.on('exit', end);
  },
});

/** The same channel, seen from the process that was forked. */
export const parentChannel = (): Channel => ({
  send: (frame) => {
    if (process.connected) process.send?.(frame, undefined, undefined, ignore);
  },
  listen: (received, closed) => {
    process.on('message', (message) => {
      if (isFrame(message)) received(message);
    });
    process.on('disconnect', closed);
  },
});

const ignore = (): void => undefined;

const once = (work: () => void): (() => void) => {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
};

const isFrame = (message: unknown): message is Frame =>
  typeof message === 'object' && message !== null && 'kind' in message && 'id' in message;
