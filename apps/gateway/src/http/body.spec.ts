import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { bodyOf } from './body.js';

const PROGRESS = { windowMs: 60, leastBytesPerSecond: 1 };
const PIECE = Buffer.alloc(64 * 1024, 'x');

const requestOf = () => {
  const sender = new PassThrough();
  const request = sender as unknown as IncomingMessage;
  const call = new AbortController();
  return { sender, call, request, pour: bodyOf(request, PROGRESS, call.signal) };
};

/** Takes everything at once, and tells when the first piece has come. */
const taker = () => {
  const pieces: Uint8Array[] = [];
  const begun = Promise.withResolvers<void>();
  const sink = (piece: Uint8Array): undefined => {
    pieces.push(piece);
    begun.resolve();
  };
  return { pieces, begun: begun.promise, sink, text: () => Buffer.concat(pieces).toString() };
};

describe('the body of a request', () => {
  it('comes whole and in order', async () => {
    const { sender, pour } = requestOf();
    const { sink, text } = taker();
    const pouring = pour(sink);
    for (const part of ['one ', 'two ', 'three']) {
      sender.write(part);
      await turn();
    }
    sender.end();
    await pouring;
    expect(text()).toBe('one two three');
  });

  it('may be empty, and may have ended before anybody asks', async () => {
    const { sender, request, pour } = requestOf();
    const { sink, pieces } = taker();
    sender.end();
    await pour(sink);
    expect(request.readableEnded).toBe(true);
    await pour(sink);
    expect(pieces).toEqual([]);
  });

  it('is left to the system while the sink is busy, and goes on from there', async () => {
    const { sender, request, pour } = requestOf();
    const busy = Promise.withResolvers<void>();
    let taken = 0;
    const pouring = pour(() => {
      taken += 1;
      return taken === 1 ? busy.promise : undefined;
    });
    sender.write(PIECE);
    await turn();
    sender.write(PIECE);
    sender.end(PIECE);
    await turn();
    expect(taken).toBe(1);
    expect(request.isPaused()).toBe(true);
    busy.resolve();
    await pouring;
    expect(taken).toBe(3);
  });

  it('has not come before the sink is done with the last piece', async () => {
    const { sender, pour } = requestOf();
    const busy = Promise.withResolvers<void>();
    let over = false;
    const pouring = pour(() => busy.promise).then(() => (over = true));
    sender.end('a');
    await delay(PROGRESS.windowMs / 3);
    expect(over).toBe(false);
    busy.resolve();
    await pouring;
  });

  it.each(['throws', 'rejects'])('stops when the sink %s, and leaves the request alone', async (how) => {
    const { sender, request, pour } = requestOf();
    const refusal = new Error('no more');
    const pouring = pour(() => {
      if (how === 'throws') throw refusal;
      return Promise.reject(refusal);
    });
    sender.write(PIECE);
    await expect(pouring).rejects.toBe(refusal);
    sender.write(PIECE);
    await turn();
    expect(request.isPaused()).toBe(true);
    expect(sender.listenerCount('data')).toBe(0);
    expect(sender.readableLength).toBe(PIECE.length);
  });

  it('is given up when nothing comes in time, not when the sink takes its time', async () => {
    const { sender, pour } = requestOf();
    const slow: unknown[] = [];
    const pouring = pour((piece) => {
      slow.push(piece);
      return delay(2 * PROGRESS.windowMs);
    });
    sender.write('a');
    await turn();
    sender.write('b');
    const from = performance.now();
    await expect(pouring).rejects.toMatchObject({ code: 'body.stalled' });
    expect(slow).toHaveLength(2);
    expect(performance.now() - from).toBeGreaterThan(4 * PROGRESS.windowMs);
  });

  it('is given up when it only trickles', async () => {
    const sender = new PassThrough();
    const slow = { windowMs: 60, leastBytesPerSecond: 1_000 };
    const { sink, pieces } = taker();
    const pouring = bodyOf(sender as unknown as IncomingMessage, slow, new AbortController().signal)(sink);
    const trickle = setInterval(() => sender.write('a'), 10);
    await expect(pouring).rejects.toMatchObject({ code: 'body.stalled' });
    clearInterval(trickle);
    expect(pieces.length).toBeGreaterThan(1);
  });

  it.each(['the connection is lost', 'the call ends'])('is cut short when %s', async (how) => {
    const { sender, call, pour } = requestOf();
    const { sink, begun } = taker();
    const pouring = pour(sink);
    sender.write('a');
    await begun;
    if (how === 'the call ends') call.abort();
    else sender.destroy();
    await expect(pouring).rejects.toMatchObject({ code: 'body.truncated' });
  });

  it('is cut short at once, even while the sink is busy', async () => {
    const { sender, pour } = requestOf();
    const pouring = pour(() => new Promise(() => undefined));
    sender.write('a');
    await turn();
    sender.destroy();
    await expect(pouring).rejects.toMatchObject({ code: 'body.truncated' });
  });
});
