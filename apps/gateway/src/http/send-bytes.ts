import type { ServerResponse } from 'node:http';
import type { Bytes } from '#application/ports/blob-store.js';
import { Fault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';

/** Writes bytes as fast as the client takes them and ends the answer. `body.stalled` when it takes none for `stallMs`. */
export const sendBytes = async (
  response: ServerResponse,
  bytes: Bytes,
  stallMs: number,
  signal: AbortSignal,
): Promise<void> => {
  for await (const chunk of bytes) {
    if (signal.aborted) return;
    metrics.httpResponseBytes.inc({ route: 'object' }, chunk.length);
    if (!response.write(chunk) && !(await drained(response, stallMs))) {
      if (signal.aborted) return;
      throw new Fault('body.stalled', { stallMs });
    }
  }
  if (!signal.aborted) response.end();
};

const drained = (response: ServerResponse, limitMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const settle = (ready: boolean): void => {
      clearTimeout(timer);
      response.off('drain', onDrain);
      response.off('close', onClose);
      resolve(ready);
    };
    const onDrain = (): void => settle(true);
    const onClose = (): void => settle(false);
    const timer = setTimeout(onClose, limitMs);
    response.on('drain', onDrain);
    response.on('close', onClose);
    if (response.destroyed) onClose();
  });
