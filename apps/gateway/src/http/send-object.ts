import type { ServerResponse } from 'node:http';
import type { ByteRange, OpenObject } from '#application/ports/hot-tier.js';
import { Fault } from '#domain/fault/fault.js';
import { metrics } from '#platform/metrics.js';

const PIECE_BYTES = 256 * 1024;

export interface SendLimits {
  /** How long one piece may take to leave this machine. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

/**
 * Sends a range of a verified file and ends the answer. Two buffers take turns: one is filled while the other is on its way
 * out, and neither is touched before the system has taken it. `body.stalled` when the client takes too long.
 */
export const sendObject = async (
  response: ServerResponse,
  object: OpenObject,
  { start, end }: ByteRange,
  { stallMs, signal }: SendLimits,
): Promise<void> => {
  const buffers = [0, 1].map((turn) =>
    Buffer.allocUnsafeSlow(Math.max(0, Math.min(PIECE_BYTES, end + 1 - start - turn * PIECE_BYTES))),
  );
  let sending: Promise<boolean> = Promise.resolve(true);
  for (let turn = 0, position = start; position <= end; turn += 1) {
    const target = buffers[turn % 2]?.subarray(0, end + 1 - position) ?? Buffer.alloc(0);
    const length = await object.readInto(target, position);
    if (length === 0) throw new Fault('staging.lost', { position, end });
    if (!(await sending)) throw new Fault('body.stalled', { stallMs });
    if (signal.aborted) return;
    sending = sent(response, target.subarray(0, length), stallMs);
    position += length;
    metrics.httpResponseBytes.inc({ route: 'object' }, length);
  }
  if (!(await sending)) throw new Fault('body.stalled', { stallMs });
  if (!signal.aborted) response.end();
};

/** True once the system has the bytes or the client is gone, false after `limitMs`. */
const sent = (response: ServerResponse, bytes: Uint8Array, limitMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const settle = (done: boolean): void => {
      clearTimeout(timer);
      response.off('close', over);
      resolve(done);
    };
    const over = (): void => settle(true);
    const timer = setTimeout(() => settle(false), limitMs);
    response.on('close', over);
    if (response.destroyed) over();
    else response.write(bytes, over);
  });
